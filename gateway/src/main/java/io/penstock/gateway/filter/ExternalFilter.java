// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.filter;

import io.penstock.gateway.config.filter.ExternalConfig;
import io.penstock.gateway.config.filter.ExternalConfig.About;
import io.penstock.gateway.config.filter.ExternalConfig.Unavailable;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.Exchange;
import io.penstock.gateway.exchange.Field;
import io.penstock.gateway.exchange.GatewayException;
import io.penstock.gateway.exchange.GrpcStatus;
import io.penstock.gateway.exchange.Head;
import io.penstock.gateway.exchange.MemoryUse;
import io.penstock.gateway.exchange.side.Asker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks a service about each request, by its head. An answer that is kept decides at once, where the head arrives; otherwise the exchange
 * waits on a thread of its own. What the service is told is exactly what an answer is kept for, so that no kept answer is about another
 * request. Requests of which the same is told ask once, together.
 */
final class ExternalFilter implements Filter {
    private static final System.Logger LOG = System.getLogger(ExternalFilter.class.getName());
    private static final int MOST_BODY = 16 * 1024;

    private final ExternalConfig config;
    private final Asker cluster;
    private final KeptAnswers kept;

    /**
     * Asks nobody yet.
     *
     * @param cluster who is asked
     */
    ExternalFilter(ExternalConfig config, Asker cluster) {
        this.config = config;
        this.cluster = cluster;
        this.kept = new KeptAnswers(config.keep(), config.keptBytes(), config.timeout());
    }

    @Override
    public Verdict request(Exchange exchange) {
        config.allowFields().forEach(exchange.request()::remove); // only the service may say them
        CheckAnswer answer = kept.ready(told(exchange));
        return answer == null ? Verdict.WAIT : verdict(answer, exchange);
    }

    @Override
    public Verdict await(Exchange exchange) {
        List<Field> told = told(exchange);
        try {
            return verdict(kept.get(told, () -> ask(told, exchange.requestId())), exchange);
        } catch (GatewayException e) {
            if (config.unavailable() == Unavailable.REFUSE) {
                throw new GatewayException(Cause.CHECK_UNAVAILABLE, e.reason().slug() + ": " + e.detail(), e);
            }
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "cluster {0} gave no answer, the request goes on: {1}",
                    config.cluster(),
                    e.detail());
            return Verdict.GO_ON;
        }
    }

    /** What the service is told of the request. */
    private List<Field> told(Exchange exchange) {
        List<Field> told = new ArrayList<>();
        for (About about : config.about()) {
            told.add(Field.of(about.field(), value(about, exchange)));
        }
        Head request = exchange.request();
        for (int i = 0; i < request.size(); i++) {
            Field field = request.at(i);
            if (config.fields().contains(field.name())) {
                told.add(Field.of(field.name(), field.value()));
            }
        }
        return told;
    }

    private static String value(About about, Exchange exchange) {
        return switch (about) {
            case METHOD -> exchange.method();
            case SCHEME -> Optional.ofNullable(exchange.request().scheme()).orElse("http");
            case HOST -> exchange.authority();
            case PATH -> exchange.path();
            case CLIENT -> exchange.client();
        };
    }

    private CheckAnswer ask(List<Field> told, String requestId) {
        Head head = new Head().add(":method", "GET").add(":scheme", "http").add(":path", config.path());
        told.forEach(head::add);
        if (!requestId.isEmpty()) {
            head.set("x-request-id", requestId);
        }
        Asker.Reply answer = cluster.ask(head, MOST_BODY, config.timeout());
        int status = answer.head().status();
        if (status < 200 || status > 499) {
            throw new GatewayException(Cause.CHECK_UNAVAILABLE, "answered with " + status);
        }
        return status < 300
                ? CheckAnswer.allowing(answer, config.allowFields())
                : CheckAnswer.denying(answer, config.denyFields());
    }

    private static Verdict verdict(CheckAnswer answer, Exchange exchange) {
        if (!answer.allows()) {
            return exchange.grpc() ? Verdict.Answer.of(grpc(answer.status())) : answer.toCaller();
        }
        answer.fields().forEach(exchange.request()::add);
        return Verdict.GO_ON;
    }

    private static Head grpc(int status) {
        return new Head()
                .add(":status", "200")
                .add("content-type", "application/grpc")
                .add("grpc-status", Integer.toString(GrpcStatus.fitting(status).code()))
                .add("grpc-message", "gateway: denied with " + status);
    }

    @Override
    public List<MemoryUse> memory(String name) {
        return kept.memory(name).stream().toList();
    }

    @Override
    public Finding explain(Exchange copy) {
        config.allowFields().forEach(copy.request()::remove);
        CheckAnswer answer = kept.ready(told(copy));
        if (answer == null) {
            return Finding.goesOn("asks cluster " + config.cluster() + " for " + config.path());
        }
        answer.fields().forEach(field -> {
            if (answer.allows()) {
                copy.request().add(field);
            }
        });
        return answer.allows()
                ? Finding.goesOn("kept answer: allowed")
                : Finding.answers("kept answer: " + answer.status());
    }
}
