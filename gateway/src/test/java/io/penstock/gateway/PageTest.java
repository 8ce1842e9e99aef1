// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page of the admin listener in a real browser. */
@Timeout(180)
class PageTest {
    private static final List<String> VIEWS =
            List.of("traffic", "failures", "endpoints", "connections", "explain", "config", "history");
    private static final Path PICTURES = Path.of("target", "page");

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static PageBrowser browser;

    @TempDir
    Path folder;

    private final Kept kept = new Kept();
    private final StatusOrigin first = kept.add(new StatusOrigin());
    private final StatusOrigin second = kept.add(new StatusOrigin());
    private final HttpClient client = kept.add(HttpClient.newHttpClient());

    @SuppressWarnings("NullAway.Init") // set before each test
    private RunningGateway gateway;

    @BeforeAll
    static void open() {
        browser = new PageBrowser();
    }

    @AfterAll
    static void closeBrowser() {
        browser.close();
    }

    @BeforeEach
    void start() {
        gateway = kept.add(
                RunningGateway.with("""
                listeners: [{name: main, address: 127.0.0.1, port: 0}]
                admin: {port: 0}
                access-log: {output: none}
                dynamic: {file: "%s"}
                filters: [{name: careful, security-fields: {}}]
                routes:
                  - {name: shop, path-prefix: /shop, cluster: web, filters: [careful]}
                  - {name: gone, path-prefix: /gone, cluster: nowhere}
                  - {name: hello, path: /hello, answer: {status: 200, body: hello}}
                clusters:
                  - {name: web, endpoints: ["%s", "%s"], upstream: {protocol: http1}}
                  - {name: nowhere, endpoints: ["127.0.0.1:1"], upstream: {protocol: http1}}
                """.formatted(folder.resolve("dynamic.json"), first.address(), second.address())));
        gateway.start();
    }

    @AfterEach
    void close() {
        List<String> requests = browser.requests();
        browser.forget();
        kept.close();
        assertThat(requests).isNotEmpty().allMatch(url -> url.startsWith("http://127.0.0.1:"));
    }

    private Page page(Browser.NewContextOptions options, String view) {
        Page page = browser.page(options);
        page.navigate("http://127.0.0.1:" + gateway.gateway().adminPort() + "/#" + view);
        return page;
    }

    private Page page(String view) {
        return page(new Browser.NewContextOptions().setViewportSize(1280, 900), view);
    }

    private static void picture(Page page, String name) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + ".png"))
                .setFullPage(true));
    }

    private void send(String path, int times) throws IOException, InterruptedException {
        for (int i = 0; i < times; i++) {
            client.send(
                    HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + gateway.address().getPort() + path))
                            .build(),
                    BodyHandlers.discarding());
        }
    }

    @Test
    void showsTrafficAndFailuresWhileTheyHappen() throws Exception {
        Page page = page("traffic");
        assertThat(page.locator("#state")).hasText("ready");

        send("/shop/1", 30);
        send("/gone", 5);

        assertThat(page.locator("#traffic-table tbody tr").first()).containsText("shop");
        assertThat(page.locator("#traffic-table tr", new Page.LocatorOptions().setHasText("nowhere")))
                .containsText("100.0 %");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("Failures"))
                .click();
        assertThat(page.locator("#failures-table tbody tr").first()).containsText("connect-refused");
        assertThat(page.locator("#failures-table tbody tr").first().locator("[data-label='In all']"))
                .hasText("5");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void explainsARequestAndSaysBesideTheFieldWhatIsWrong() {
        Page page = page("explain");

        page.getByLabel("URL or path").fill("http://example.com/shop/7");
        page.getByLabel("Address of the caller").fill("nobody");
        page.getByRole(
                        AriaRole.BUTTON,
                        new Page.GetByRoleOptions().setName("Explain").setExact(true))
                .click();
        assertThat(page.locator("#explain-peer-problem")).hasText("nobody is not an IP address");
        assertThat(page.getByLabel("Address of the caller")).isFocused();

        page.getByLabel("Address of the caller").fill("10.0.0.9");
        page.keyboard().press("Enter");
        assertThat(page.locator("#explanation h3")).hasText("Route shop");
        assertThat(page.locator("#explanation")).containsText("cluster");
        assertThat(page.locator("#explanation table")).containsText("hello");
        assertThat(page.locator("#explain-peer-problem")).isHidden();
        assertThat(browser.complaints())
                .allMatch(text -> text.contains("422")); // what the browser says of the refusal itself
    }

    @ParameterizedTest
    @EnumSource(
            value = ColorScheme.class,
            names = {"LIGHT", "DARK"})
    void fitsPhonesAndLargeScreens(ColorScheme scheme) throws Exception {
        for (int width : new int[] {360, 1280}) {
            Page page = page(
                    new Browser.NewContextOptions()
                            .setViewportSize(width, 800)
                            .setColorScheme(scheme)
                            .setReducedMotion(ReducedMotion.REDUCE),
                    "traffic");
            assertThat(page.locator("#state")).hasText("ready");
            send("/shop/1", 40);
            send("/gone", 4);
            send("/hello", 7);
            assertThat(page.locator("#traffic-table tbody tr")).hasCount(3);
            page.waitForFunction(
                    "() => document.querySelector('#total-chart .all').getAttribute('d').split('L').length > 3");
            for (String view : VIEWS) {
                page.evaluate("view => { location.hash = view; }", view);
                assertThat(page.locator("#view-" + view)).isVisible();
                page.waitForFunction(
                        "() => [...document.querySelectorAll('section:not([hidden]) .table')].every(t => t.children[0].hidden !== t.children[1].hidden)");
                picture(page, scheme.name().toLowerCase(Locale.ROOT) + "-" + width + "-" + view);
                assertThat(page.evaluate("() => document.documentElement.scrollWidth"))
                        .as("the width of %s", view)
                        .isEqualTo(width);
            }
            page.context().close();
        }
    }
}
