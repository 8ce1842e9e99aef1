// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.stream;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open streams of a connection by id: open addressing without boxing. Also remembers how the most recently closed ones ended,
 * because a late frame on them is answered differently (RFC 9113 §5.1). Guarded by the connection's lock.
 */
public final class StreamTable {
    /** How a stream that is no longer open came to its end. */
    public enum Ending {
        /** Never opened, or so long ago that it is forgotten. */
        UNKNOWN,
        /** Both sides ended it. */
        ENDED,
        /** The peer reset it. */
        RESET_BY_PEER,
        /** We reset it: frames that were on their way are ignored. */
        RESET_BY_US
    }

    private static final int REMEMBERED = 256;

    private Http2Stream[] slots = new Http2Stream[16];
    private int size;
    private final int[] endedIds = new int[REMEMBERED];
    private final Ending[] endings = new Ending[REMEMBERED];
    private int nextEnded;

    int size() {
        return size;
    }

    @Nullable
    Http2Stream get(int id) {
        int mask = slots.length - 1;
        for (int i = slot(id, mask); ; i = (i + 1) & mask) {
            Http2Stream stream = slots[i];
            if (stream == null || stream.id == id) {
                return stream;
            }
        }
    }

    void add(Http2Stream stream) {
        if ((size + 1) * 2 > slots.length) {
            Http2Stream[] old = slots;
            slots = new Http2Stream[old.length * 2];
            for (Http2Stream one : old) {
                if (one != null) {
                    place(one);
                }
            }
        }
        place(stream);
        size++;
    }

    void remove(int id, Ending ending) {
        int mask = slots.length - 1;
        int hole = slot(id, mask);
        while (slots[hole] != null && slots[hole].id != id) {
            hole = (hole + 1) & mask;
        }
        if (slots[hole] == null) {
            return;
        }
        size--;
        remember(id, ending);
        // close the gap, so that no search ends early
        for (int i = (hole + 1) & mask; slots[i] != null; i = (i + 1) & mask) {
            int home = slot(slots[i].id, mask);
            if (((i - home) & mask) >= ((i - hole) & mask)) {
                slots[hole] = slots[i];
                hole = i;
            }
        }
        clear(hole);
    }

    /** Notes how a stream ended that is not, or no longer, in the table. */
    void remember(int id, Ending ending) {
        endedIds[nextEnded] = id;
        endings[nextEnded] = ending;
        nextEnded = (nextEnded + 1) % REMEMBERED;
    }

    /** How the stream ended; what was noted last counts. */
    Ending ending(int id) {
        for (int i = 1; i <= REMEMBERED; i++) {
            int at = (nextEnded - i + REMEMBERED) % REMEMBERED;
            if (endedIds[at] == id) {
                return endings[at];
            }
        }
        return Ending.UNKNOWN;
    }

    List<Http2Stream> all() {
        List<Http2Stream> all = new ArrayList<>(size);
        for (Http2Stream stream : slots) {
            if (stream != null) {
                all.add(stream);
            }
        }
        return all;
    }

    @SuppressWarnings("NullAway") // the array holds nulls
    private void clear(int index) {
        slots[index] = null;
    }

    private void place(Http2Stream stream) {
        int mask = slots.length - 1;
        int i = slot(stream.id, mask);
        while (slots[i] != null) {
            i = (i + 1) & mask;
        }
        slots[i] = stream;
    }

    private static int slot(int id, int mask) {
        // scattered: ids follow each other, and a long run of full slots would make each removal walk along it
        return (id * 0x9e3779b9) >>> 16 & mask;
    }
}
