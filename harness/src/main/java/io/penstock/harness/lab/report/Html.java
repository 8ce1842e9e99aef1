// SPDX-License-Identifier: Apache-2.0
package io.penstock.harness.lab.report;

/** Text in HTML. */
final class Html {

    private Html() {}

    static String text(String words) {
        return words.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("'", "&#39;")
                .replace("\"", "&quot;");
    }
}
