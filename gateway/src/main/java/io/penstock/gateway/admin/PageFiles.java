// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway.admin;

import io.penstock.gateway.admin.answer.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** The files of the live page, from the class path. They are read when somebody asks: who never does so does not pay for them. */
final class PageFiles {
    static final String PATH = "/page/";

    /** Scripts, styles and requests come from and go to the gateway alone; nothing may frame the page or take its forms. */
    static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                    + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static final String SCRIPT = "text/javascript; charset=utf-8";

    /** What there is: nothing else of the class path can be asked for. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("index.html", "text/html; charset=utf-8"),
            Map.entry("page.css", "text/css; charset=utf-8"),
            Map.entry("icon.svg", "image/svg+xml"),
            Map.entry("api.js", SCRIPT),
            Map.entry("chart.js", SCRIPT),
            Map.entry("config.js", SCRIPT),
            Map.entry("connections.js", SCRIPT),
            Map.entry("dom.js", SCRIPT),
            Map.entry("endpoints.js", SCRIPT),
            Map.entry("explain.js", SCRIPT),
            Map.entry("failures.js", SCRIPT),
            Map.entry("history.js", SCRIPT),
            Map.entry("main.js", SCRIPT),
            Map.entry("rates.js", SCRIPT),
            Map.entry("store.js", SCRIPT),
            Map.entry("traffic.js", SCRIPT));

    private PageFiles() {}

    /** Whether the path is one of the page, which says nothing about the gateway: what it shows, it has to ask for. */
    static boolean serves(String path) {
        return path.equals("/") || path.startsWith(PATH);
    }

    static Reply index() throws IOException {
        return file("index.html").orElseThrow(() -> new IOException("the page is not on the class path"));
    }

    /** The file of this name, if there is one. */
    static Optional<Reply> file(String name) throws IOException {
        String type = TYPES.get(name);
        if (type == null) {
            return Optional.empty();
        }
        try (InputStream in = PageFiles.class.getResourceAsStream("page/" + name)) {
            if (in == null) {
                throw new IOException("page/" + name + " is not on the class path");
            }
            return Optional.of(new Reply(200, type, in.readAllBytes(), Map.of()));
        }
    }
}
