// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.lookup;

import io.penstock.gateway.config.read.Address;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.time.Duration;
import java.util.Optional;

/**
 * What a lookup would do with a key and why, for people.
 *
 * @param state of the cache's entry
 * @param age of the cache's entry: time since the store gave it
 * @param value what the cache has; when it has nothing, what the store has now; empty when there is no such key
 * @param address the resolved address and port that a request would go to, or those that are not allowed
 * @param refusal the cause that a request would end with, in kebab-case
 * @param reason why it is refused, or which rule allows it
 */
public record Explanation(
        String key,
        State state,
        Optional<Duration> age,
        Optional<String> value,
        Optional<String> address,
        Optional<String> refusal,
        String reason) {

    /** Of this answer; blocks as {@link Answer#resolve} does. */
    static Explanation of(String key, State state, Optional<Duration> age, Answer answer) {
        Optional<String> value = answer == Answers.ABSENT ? Optional.empty() : Optional.of(answer.text());
        try {
            String address = Address.text(answer.resolve().address());
            String reason = "address and port are in allowed ranges";
            return new Explanation(key, state, age, value, Optional.of(address), Optional.empty(), reason);
        } catch (GatewayException e) {
            Optional<String> refused = e.reason() == Cause.TARGET_NOT_ALLOWED ? all(answer) : Optional.empty();
            return new Explanation(
                    key, state, age, value, refused, Optional.of(e.reason().slug()), e.detail());
        }
    }

    private static Optional<String> all(Answer answer) {
        return answer.addresses().stream().map(Address::text).reduce((first, next) -> first + ", " + next);
    }

    /** How the cache holds a key. */
    public enum State {
        /** Not at all: the next request asks the store. */
        NOT_CACHED,
        /** Served from the cache. */
        FRESH,
        /** That there is no such key is known: requests are refused without asking. */
        ABSENT,
        /** Served from the cache once more while the store is asked. */
        AGED,
        /** The store said that it changed, or could not say whether, or was not asked for long: the next request asks the store. */
        TO_BE_REVALIDATED,
        /** Served although doubtful, since the store is away. */
        STALE,
        /** Too old for any use: the next request asks the store. */
        EXPIRED
    }
}
