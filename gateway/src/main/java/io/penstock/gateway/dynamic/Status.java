// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.dynamic;

import io.penstock.gateway.store.document.Revision;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * How it stands with the documents.
 *
 * @param revision which this node serves
 * @param documents how many it has
 * @param problem why the store has no answer; absent when it has
 * @param lost at which revision the store is, which does not follow from the one that is served: it was emptied, restored or replaced
 * @param refused what is wrong with documents of the store that this node does not serve, by their names
 * @param loaded whether anything was ever read, from the store or the last good copy
 */
public record Status(
        Revision revision,
        int documents,
        Optional<String> problem,
        Optional<Revision> lost,
        NavigableMap<String, String> refused,
        boolean loaded) {}
