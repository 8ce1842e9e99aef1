// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.limit;

import io.penstock.gateway.store.Bucket;
import io.penstock.gateway.store.Buckets;
import io.penstock.gateway.store.Taken;

/** A limit that this node counts for itself: the whole of it, or its share. */
final class LocalLimit implements Limit {
    private final Layer layer;
    private final Bucket bucket;
    private final Buckets buckets;

    LocalLimit(Layer layer, Buckets buckets) {
        this(layer, 1, buckets);
    }

    /** Of so many nodes that do the same. */
    LocalLimit(Layer layer, int nodes, Buckets buckets) {
        this.layer = layer;
        this.bucket = layer.bucket().share(nodes, layer.cost());
        this.buckets = buckets;
    }

    @Override
    public Layer layer() {
        return layer;
    }

    @Override
    public Asked ready(String key) {
        Taken taken = buckets.take(key, bucket, layer.cost(), layer.cost());
        return taken.granted()
                ? new Asked(layer, key, taken, () -> buckets.giveBack(key, bucket, layer.cost()))
                : Asked.refused(layer, key, taken);
    }

    @Override
    public Asked ask(String key, long deadline) {
        return ready(key);
    }

    @Override
    public Taken look(String key) {
        return buckets.look(key, bucket, layer.cost());
    }
}
