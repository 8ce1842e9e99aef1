// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.http2.hpack;

/**
 * Codes and decodes strings with the Huffman code of RFC 7541 Appendix B.
 *
 * <p>The code is canonical: codes of one length are consecutive in the order of their symbols, and each length continues where the
 * shorter one ended. So the 257 lengths are all that has to be written down; everything else follows.
 */
final class Huffman {
    private static final int EOS = 256;
    private static final int LONGEST = 30;
    private static final int WINDOW = (1 << LONGEST) - 1;
    /** Every letter, digit and most of what is in paths have at most this many bits. */
    private static final int QUICK = 10;

    private static final byte[] LENGTH = {
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, //
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28, //
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, //
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, //
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, //
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, //
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, //
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, //
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, //
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, //
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, //
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, //
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, //
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, //
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, //
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, //
        30
    };

    private static final int[] CODE = new int[EOS + 1];
    /** By the next ten bits: symbol and length of the code they begin with, 0 where it is longer. */
    private static final short[] FIRST_BITS = new short[1 << QUICK];
    /** By length: the first code of the next greater length, moved to 30 bits; what is below it has at most this length. */
    private static final int[] LIMIT = new int[LONGEST + 1];
    /** By length: what to add to a code of this length to find its place in {@link #SYMBOL}. */
    private static final int[] PLACE = new int[LONGEST + 1];
    /** The symbols in the order of their codes. */
    private static final short[] SYMBOL = new short[EOS + 1];

    static {
        int code = 0;
        int place = 0;
        for (int length = 1; length <= LONGEST; length++) {
            code <<= 1;
            PLACE[length] = place - code;
            for (int symbol = 0; symbol <= EOS; symbol++) {
                if (LENGTH[symbol] == length) {
                    CODE[symbol] = code++;
                    SYMBOL[place++] = (short) symbol;
                }
            }
            LIMIT[length] = code << (LONGEST - length);
        }
        for (int symbol = 0; symbol < EOS; symbol++) {
            int spare = QUICK - LENGTH[symbol];
            for (int i = 0; spare >= 0 && i < 1 << spare; i++) {
                FIRST_BITS[CODE[symbol] << spare | i] = (short) (symbol << 5 | LENGTH[symbol]);
            }
        }
    }

    private Huffman() {}

    /** The number of bytes that these bytes need when coded. */
    static int codedLength(byte[] text, int offset, int length) {
        int bits = 7;
        for (int i = offset; i < offset + length; i++) {
            bits += LENGTH[text[i] & 0xff];
        }
        return bits >> 3;
    }

    /** Codes the bytes into {@code out}, padded with ones (RFC 7541 §5.2), and returns the position behind them. */
    static int encode(byte[] text, int offset, int length, byte[] out, int position) {
        int at = position;
        long bits = 0;
        int held = 0;
        for (int i = offset; i < offset + length; i++) {
            int symbol = text[i] & 0xff;
            bits = bits << LENGTH[symbol] | CODE[symbol];
            held += LENGTH[symbol];
            while (held >= 8) {
                held -= 8;
                out[at++] = (byte) (bits >>> held);
            }
        }
        if (held > 0) {
            out[at++] = (byte) (bits << (8 - held) | 0xff >>> held);
        }
        return at;
    }

    /** The most bytes that so many coded bytes can stand for: the shortest code has five bits. */
    static int longestText(int codedLength) {
        return codedLength * 8 / 5;
    }

    /**
     * Decodes into {@code out}, which has room for {@link #longestText}, and returns the length of the text.
     *
     * @throws HpackException when the text holds EOS, or ends in anything but less than a byte of ones (RFC 7541 §5.2)
     */
    static int decode(byte[] coded, int offset, int length, byte[] out) {
        int at = offset;
        int end = offset + length;
        int size = 0;
        long bits = 0;
        int held = 0;
        while (true) {
            while (held <= 56 && at < end) {
                bits = bits << 8 | (coded[at++] & 0xff);
                held += 8;
            }
            if (held < LONGEST) {
                return decodeEnd(bits, held, out, size);
            }
            while (held >= LONGEST) {
                int entry = code((int) (bits >>> (held - LONGEST)) & WINDOW);
                held -= entry & 0x1f;
                out[size++] = (byte) (entry >> 5);
            }
        }
    }

    private static int decodeEnd(long bits, int count, byte[] out, int position) {
        int size = position;
        int held = count;
        while (held > 0) {
            int missing = LONGEST - held;
            int window = (int) (bits << missing | (1L << missing) - 1) & WINDOW;
            if (held < 8 && window == WINDOW) {
                return size;
            }
            int entry = code(window);
            held -= entry & 0x1f;
            if (held < 0) {
                throw new HpackException("Huffman text ends inside a code");
            }
            out[size++] = (byte) (entry >> 5);
        }
        return size;
    }

    /** The symbol and, in the lower five bits, the length of the code that these 30 bits begin with. */
    private static int code(int window) {
        int entry = FIRST_BITS[window >>> (LONGEST - QUICK)];
        return entry != 0 ? entry : longCode(window);
    }

    private static int longCode(int window) {
        int length = QUICK + 1;
        while (window >= LIMIT[length] && length < LONGEST) {
            length++;
        }
        int symbol = SYMBOL[(window >>> (LONGEST - length)) + PLACE[length]];
        if (symbol == EOS) {
            throw new HpackException("Huffman text holds EOS or more than seven bits of padding");
        }
        return symbol << 5 | length;
    }
}
