// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.wire;

/** Big-endian numbers in byte arrays. */
final class Bytes {

    private Bytes() {}

    static int int32(byte[] from, int offset) {
        return (from[offset] & 0xff) << 24
                | (from[offset + 1] & 0xff) << 16
                | (from[offset + 2] & 0xff) << 8
                | (from[offset + 3] & 0xff);
    }

    static void putInt32(byte[] into, int offset, int value) {
        into[offset] = (byte) (value >> 24);
        into[offset + 1] = (byte) (value >> 16);
        into[offset + 2] = (byte) (value >> 8);
        into[offset + 3] = (byte) value;
    }
}
