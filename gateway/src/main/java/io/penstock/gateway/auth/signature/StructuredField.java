// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.auth.signature;

import io.penstock.gateway.auth.signature.Member.InnerList;
import io.penstock.gateway.auth.signature.Member.Item;
import io.penstock.gateway.exchange.Cause;
import io.penstock.gateway.exchange.GatewayException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one field that is a dictionary (RFC 8941 §4.2.2), strictly: one character that does not belong there makes all of it malformed. Takes time
 * in proportion to the field's length, whatever is in it. For one thread.
 */
final class StructuredField {
    private final String name;
    private final String text;
    private final BareItems values;
    private int at;

    private StructuredField(String name, String text) {
        this.name = name;
        this.text = text;
        this.values = new BareItems(this);
    }

    /**
     * Reads a dictionary; of a key that comes twice the last counts.
     *
     * @param name of the field, for the error
     * @param text of all its lines, with commas between them
     * @throws GatewayException BAD_CREDENTIALS: it is none; what it holds is not repeated
     */
    static Map<String, Member> dictionary(String name, String text) {
        return new StructuredField(name, text).dictionary();
    }

    private Map<String, Member> dictionary() {
        Map<String, Member> members = new LinkedHashMap<>();
        skip(" ");
        while (at < text.length()) {
            String key = key();
            members.put(key, taken('=') ? member() : new Item(BareItem.TRUE, parameters()));
            skip(" \t");
            if (at < text.length()) {
                expect(',', "a comma");
                skip(" \t");
                if (at == text.length()) {
                    throw malformed("another member behind the comma");
                }
            }
        }
        return members;
    }

    private Member member() {
        return taken('(') ? innerList() : item();
    }

    private InnerList innerList() {
        List<Item> items = new ArrayList<>();
        while (true) {
            skip(" ");
            if (taken(')')) {
                return new InnerList(items, parameters());
            }
            items.add(item());
            if (peek() != ' ' && peek() != ')') {
                throw malformed("a space or a closing parenthesis");
            }
        }
    }

    private Item item() {
        BareItem value = values.next();
        return new Item(value, parameters());
    }

    private Parameters parameters() {
        Map<String, BareItem> parameters = new LinkedHashMap<>();
        while (taken(';')) {
            skip(" ");
            String key = key();
            parameters.put(key, taken('=') ? values.next() : BareItem.TRUE);
        }
        return new Parameters(parameters);
    }

    private String key() {
        int from = at;
        if (!lower(peek()) && peek() != '*') {
            throw malformed("a key");
        }
        while (lower(peek()) || digit(peek()) || "_-.*".indexOf(peek()) >= 0) {
            at++;
        }
        return text.substring(from, at);
    }

    // ---- characters, also for the values ----

    /** The next character; 0 at the end, which is none that a field can have. */
    char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    /** Takes the next character, whatever it is. */
    char take() {
        char c = peek();
        at++;
        return c;
    }

    /** Takes the next character if it is this one. */
    boolean taken(char c) {
        boolean is = at < text.length() && text.charAt(at) == c;
        at += is ? 1 : 0;
        return is;
    }

    void expect(char c, String what) {
        if (!taken(c)) {
            throw malformed(what);
        }
    }

    private void skip(String these) {
        while (at < text.length() && these.indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    static boolean digit(char c) {
        return c >= '0' && c <= '9';
    }

    static boolean lower(char c) {
        return c >= 'a' && c <= 'z';
    }

    static boolean letter(char c) {
        return lower(c) || (c >= 'A' && c <= 'Z');
    }

    GatewayException malformed(String expected) {
        return new GatewayException(
                Cause.BAD_CREDENTIALS, name + " is malformed at character " + (at + 1) + ", expected " + expected);
    }
}
