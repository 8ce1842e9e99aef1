// SPDX-License-Identifier: Apache-2.0
package io.penstock.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.penstock.gateway.exchange.Cause;
import org.junit.jupiter.api.Test;

class RoomsTest {
    private static final String ROOT = "io.penstock.gateway";
    private static final String[] REQUEST_PATH = {
        ROOT + ".exchange..",
        ROOT + ".listener..",
        ROOT + ".wire..",
        ROOT + ".http1..",
        ROOT + ".http2..",
        ROOT + ".route..",
        ROOT + ".lookup..",
        ROOT + ".filter..",
        ROOT + ".auth..",
        ROOT + ".limit..",
        ROOT + ".upstream..",
        ROOT + ".store.."
    };

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void seesTheClassesThatItJudges() {
        assertThat(CLASSES.size()).isGreaterThan(80);
    }

    @Test
    void roomsFormNoCycle() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void theFloorDependsOnNoOtherRoom() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".config..")
                .or()
                .resideInAPackage(ROOT + ".exchange..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        ROOT,
                        ROOT + ".wire..",
                        ROOT + ".listener..",
                        ROOT + ".http1..",
                        ROOT + ".http2..",
                        ROOT + ".route..",
                        ROOT + ".lookup..",
                        ROOT + ".filter..",
                        ROOT + ".auth..",
                        ROOT + ".limit..",
                        ROOT + ".upstream..",
                        ROOT + ".store..",
                        ROOT + ".telemetry..",
                        ROOT + ".admin..",
                        ROOT + ".explain..",
                        ROOT + ".command..")
                .check(CLASSES);
    }

    @Test
    void onlyListenerAndAdminKnowTheHost() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + ".listener..", ROOT + ".admin..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.helidon.webserver..", "io.helidon.webclient..")
                .check(CLASSES);
    }

    @Test
    void nothingInTheRequestPathUsesAWebClient() {
        noClasses()
                .that()
                .resideInAnyPackage(REQUEST_PATH)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.helidon.webclient..")
                .check(CLASSES);
    }

    @Test
    void noRoomDependsOnWhatWiresTheRooms() {
        noClasses()
                .that()
                .resideInAPackage(ROOT + ".(*)..")
                .and()
                .resideOutsideOfPackage(ROOT + ".command..") // the verb "run" builds a gateway
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT)
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineKnowsItsCommands() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".command..")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".Main")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + ".command..")
                .check(CLASSES);
    }

    @Test
    void nothingInTheRequestPathDependsOnWhoWatchesIt() {
        noClasses()
                .that()
                .resideInAnyPackage(REQUEST_PATH)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(ROOT + ".telemetry..", ROOT + ".admin..", ROOT + ".explain..")
                .check(CLASSES);
    }

    @Test
    void nothingStaticChanges() {
        fields().that().areStatic().should().beFinal().check(CLASSES);
    }

    @Test
    void nothingHangsOnAThread() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocal.class)
                .check(CLASSES);
    }

    @Test
    void noFutureIsPartOfAnInterface() {
        methods()
                .that()
                .arePublic()
                .should()
                .notHaveRawReturnType("java.util.concurrent.CompletableFuture")
                .check(CLASSES);
    }

    @Test
    void onlyTheCommandLineAndTheReaderLookAtTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".Main")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".config.ConfigReader")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getProperty", String.class)
                .check(CLASSES);
    }

    @Test
    void onePlaceTurnsACauseIntoAnAnswer() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + ".exchange.ending.Refusal")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".exchange.Cause")
                .should()
                .callMethod(Cause.class, "httpStatus")
                .check(CLASSES);
    }
}
