// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.gateway.config.dynamic.DocumentName;
import io.penstock.gateway.dynamic.Author;
import io.penstock.gateway.dynamic.Dynamic;
import io.penstock.gateway.dynamic.Edits;
import io.penstock.gateway.dynamic.Refused;
import io.penstock.gateway.dynamic.Refused.Reason;
import io.penstock.gateway.store.RedisProcess;
import io.penstock.gateway.store.document.DocumentChange;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Documents that change what running gateways serve. */
@Timeout(120)
class DynamicTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Author ADA = new Author("ada", "127.0.0.1");

    @TempDir
    Path folder;

    private final Kept kept = new Kept();
    private final HttpClient client = kept.add(HttpClient.newHttpClient());
    private int nodes;

    @AfterEach
    void close() {
        kept.close();
    }

    private RunningGateway node(String dynamic) {
        return kept.add(RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                admin: {port: 0}
                access-log: {output: none}
                routes: [{name: fixed, path-prefix: /fixed, answer: {status: 200, body: file}}]
                %s
                """.formatted(dynamic)).start());
    }

    private RunningGateway alone() {
        return node("dynamic: {file: \"" + folder.resolve("own.json") + "\"}");
    }

    private RunningGateway on(RedisProcess redis) {
        return on(redis, "node" + nodes++);
    }

    private RunningGateway on(RedisProcess redis, String name) {
        return node("""
                dynamic: {store: shared, file: "%s", poll: 1s, timeout: 1s}
                stores: [{name: shared, redis: {url: "%s"}}]
                """.formatted(folder.resolve(name + ".json"), redis.url()));
    }

    private static Dynamic dynamic(RunningGateway node) {
        return node.gateway().dynamic().orElseThrow();
    }

    private static DocumentName route(String name) {
        return DocumentName.parse("routes/" + name).orElseThrow();
    }

    private static Edits answering(String name, String body) {
        return Edits.of(
                route(name),
                Optional.of("{\"name\":\"" + name + "\",\"path-prefix\":\"/" + name + "\",\"answer\":{\"body\":\""
                        + body + "\"}}"));
    }

    private Optional<String> field(RunningGateway node, String path, String name) {
        try {
            return answer(node, path).headers().firstValue(name);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> answer(RunningGateway node, String path) throws IOException, InterruptedException {
        URI uri = URI.create(
                "http://127.0.0.1:" + node.gateway().listeners().getFirst().port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    private String get(RunningGateway node, String path) {
        try {
            var answer = answer(node, path);
            return answer.statusCode() == 200 ? answer.body() : Integer.toString(answer.statusCode());
        } catch (IOException e) {
            return e.toString();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serves(RunningGateway node, String path, String what) {
        Await.until(path + " is " + what, SOON, () -> get(node, path).equals(what));
    }

    @Test
    void servesADocumentAsSoonAsItIsWrittenAndAfterARestart() {
        RunningGateway node = alone();
        assertThat(get(node, "/a")).isEqualTo("404");

        dynamic(node).change(answering("a", "one"), ADA);
        assertThat(get(node, "/a")).isEqualTo("one");
        assertThat(get(node, "/fixed")).isEqualTo("file");
        node.close();

        assertThat(get(alone(), "/a")).isEqualTo("one");
    }

    @Test
    void takesTheLastChangeBack() {
        RunningGateway node = alone();
        dynamic(node).change(answering("a", "one"), ADA);
        dynamic(node).change(answering("a", "two"), ADA);

        dynamic(node).undo(Optional.empty(), ADA);
        assertThat(get(node, "/a")).isEqualTo("one");
        dynamic(node).undo(Optional.of(1L), ADA);
        assertThat(get(node, "/a")).isEqualTo("404");
        assertThat(dynamic(node).history(9))
                .extracting(DocumentChange::what)
                .containsExactly("undo 1", "undo 2", "put routes/a", "put routes/a");
    }

    @Test
    void refusesAChangeWithItsPathAndLeavesTheRest() {
        RunningGateway node = alone();
        dynamic(node).change(answering("a", "one"), ADA);
        Edits dangling =
                Edits.of(route("b"), Optional.of("{\"name\":\"b\",\"path-prefix\":\"/b\",\"cluster\":\"nowhere\"}"));
        Edits misspelt = Edits.of(route("b"), Optional.of("{\"name\":\"b\",\"path-prefix\":\"/b\",\"answr\":{}}"));

        assertThatThrownBy(() -> dynamic(node).change(dangling, ADA))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.problems())
                                .singleElement()
                                .satisfies(problem -> assertThat(problem.path()).isEqualTo("routes/b.cluster")));
        assertThatThrownBy(() -> dynamic(node).change(misspelt, ADA))
                .hasMessageContaining("routes/b.answr: is not a known key");
        assertThat(get(node, "/a")).isEqualTo("one");
        assertThat(dynamic(node).revision().number()).isEqualTo(1);
    }

    @Test
    void refusesAChangeOfWhatSomebodyElseHasChanged() {
        RunningGateway node = alone();
        dynamic(node).change(answering("a", "one"), ADA);
        String seen = dynamic(node).revision().toString();
        dynamic(node).change(answering("a", "two"), ADA);
        Edits late = answering("a", "three");

        assertThatThrownBy(() ->
                        dynamic(node).change(new Edits(late.texts(), late.expected(), Optional.of(seen), "put"), ADA))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Reason.STALE));
        assertThat(get(node, "/a")).isEqualTo("two");
    }

    @Test
    void changesAllNodes() throws IOException {
        RedisProcess redis = kept.add(RedisProcess.start(folder));
        RunningGateway one = on(redis);
        RunningGateway other = on(redis);

        dynamic(one).change(answering("a", "one"), ADA);
        serves(other, "/a", "one");
        dynamic(other).change(answering("a", "two"), ADA);
        serves(one, "/a", "two");
        dynamic(one).change(Edits.of(route("a"), Optional.empty()), ADA);
        serves(other, "/a", "404");
        assertThat(dynamic(other).revision()).isEqualTo(dynamic(one).revision());
    }

    @Test
    void startsFromItsCopyWhileTheStoreIsAway() throws IOException {
        RedisProcess redis = kept.add(RedisProcess.start(folder));
        RunningGateway node = on(redis, "same");
        dynamic(node).change(answering("a", "one"), ADA);
        node.close();
        redis.kill();

        RunningGateway again = on(redis, "same");
        assertThat(get(again, "/a")).isEqualTo("one");
        assertThat(dynamic(again).status().problem()).isPresent();
        assertThatThrownBy(() -> dynamic(again).change(answering("a", "two"), ADA))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Reason.STORE_AWAY));

        assertThat(Files.readString(folder.resolve("same.json"))).contains("routes/a");
    }

    @Test
    void keepsServingWhenTheStoreWasEmptiedUntilSomebodyDecides() throws IOException {
        RedisProcess redis = kept.add(RedisProcess.start(folder));
        RunningGateway one = on(redis);
        RunningGateway other = on(redis);
        dynamic(one).change(answering("a", "one"), ADA);
        serves(other, "/a", "one");

        redis.call("FLUSHALL");
        Await.until(
                "lost",
                SOON,
                () -> dynamic(one).status().lost().isPresent()
                        && dynamic(other).status().lost().isPresent());
        assertThat(get(one, "/a")).isEqualTo("one");
        assertThatThrownBy(() -> dynamic(one).change(answering("b", "x"), ADA))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.reason()).isEqualTo(Reason.STORE_LOST));

        dynamic(one).restore(ADA);
        Await.until("found", SOON, () -> dynamic(other).status().lost().isEmpty());
        assertThat(get(other, "/a")).isEqualTo("one");
        assertThat(dynamic(other).revision()).isEqualTo(dynamic(one).revision());

        redis.call("FLUSHALL");
        Await.until("lost", SOON, () -> dynamic(one).status().lost().isPresent());
        dynamic(one).accept(ADA);
        assertThat(get(one, "/a")).isEqualTo("404");
        dynamic(one).change(answering("c", "new"), ADA);
        assertThat(get(one, "/c")).isEqualTo("new");
        assertThat(get(other, "/a")).isEqualTo("one");
    }

    @Test
    void servesTheFormerInThePlaceOfABrokenDocument() throws IOException {
        RedisProcess redis = kept.add(RedisProcess.start(folder));
        RunningGateway node = on(redis);
        dynamic(node).change(answering("a", "one"), ADA);
        var state = dynamic(node).revision();
        redis.call("HSET", "penstock:config", "document:routes/a", "{\"name\":\"a\",\"cluster\":\"nowhere\"}");
        redis.call("HSET", "penstock:config", "revision", state.next().toString());

        Await.until("refused", SOON, () -> dynamic(node).status().refused().containsKey("routes/a"));
        assertThat(get(node, "/a")).isEqualTo("one");
        node.applyAgain();
        assertThat(get(node, "/a")).as("after the file was read again").isEqualTo("one");
        dynamic(node).change(answering("a", "two"), ADA);
        assertThat(get(node, "/a")).isEqualTo("two");
        assertThat(dynamic(node).status().refused()).isEmpty();
    }

    @Test
    void replacesAnEntryOfTheFileAndGivesItBack() {
        RunningGateway node = alone();
        dynamic(node).change(answering("fixed", "changed"), ADA);
        assertThat(get(node, "/fixed")).isEqualTo("changed");

        dynamic(node).change(Edits.of(route("fixed"), Optional.empty()), ADA);
        assertThat(get(node, "/fixed")).isEqualTo("file");
    }

    @Test
    void servesAnotherFileUnderTheSameDocuments() throws IOException {
        RunningGateway node = alone();
        dynamic(node).change(answering("a", "one"), ADA);

        node.apply("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                admin: {port: 0}
                access-log: {output: none}
                routes: [{name: other, path-prefix: /other, answer: {status: 200, body: other}}]
                dynamic: {file: "%s"}
                """.formatted(folder.resolve("own.json")));

        assertThat(get(node, "/other")).isEqualTo("other");
        assertThat(get(node, "/fixed")).isEqualTo("404");
        assertThat(get(node, "/a")).isEqualTo("one");
    }

    @Test
    void takesARuleOfUrlActionAndCluster() {
        RunningGateway node = alone();
        put(node, "filters/marks", "{'name':'marks','headers':{'response':{'set':{'x-a':'1'}}}}");
        put(node, "filters/secure", "{'name':'secure','chain':{'filters':['marks']}}");

        put(node, "routes/rule", "{'name':'rule','url':'/rule/*','action':'secure','answer':{'body':'by rule'}}");

        assertThat(get(node, "/rule/x")).isEqualTo("by rule");
        assertThat(field(node, "/rule/x", "x-a")).contains("1");
        assertThatThrownBy(() -> put(node, "routes/other", "{'name':'other','url':'/o','action':'none','answer':{}}"))
                .hasMessageContaining("routes/other.filters[0]: none is not in filters");
    }

    private static void put(RunningGateway node, String name, String text) {
        DocumentName document = DocumentName.parse(name).orElseThrow();
        dynamic(node).change(Edits.of(document, Optional.of(text.replace('\'', '"'))), ADA);
    }

    @Test
    void changesNothingInAPreview() {
        RunningGateway node = alone();

        DocumentChange would = dynamic(node).preview(answering("a", "one"), ADA);

        assertThat(would.edits()).containsOnlyKeys("routes/a");
        assertThat(get(node, "/a")).isEqualTo("404");
        assertThat(List.copyOf(dynamic(node).documents().keySet())).isEmpty();
    }
}
