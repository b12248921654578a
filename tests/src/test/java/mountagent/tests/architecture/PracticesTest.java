package mountagent.tests.architecture;

import static com.tngtech.archunit.lang.conditions.ArchConditions.beFinal;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import java.lang.foreign.Linker;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;

/// What code may not do wherever it is.
@AnalyzeClasses(packages = "mountagent", importOptions = OurClasses.class)
final class PracticesTest {
    @ArchTest
    static final ArchRule nativeCodeIsCalledInSysPackagesOnly = noClasses()
            .that()
            .resideOutsideOfPackage("mountagent..sys..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Linker.class);

    @ArchTest
    static final ArchRule threadsComeFromBase = noClasses()
            .that()
            .resideOutsideOfPackage("mountagent.base..")
            .should()
            .callConstructor(Thread.class, Runnable.class)
            .orShould()
            .callConstructor(Thread.class, Runnable.class, String.class)
            .orShould()
            .callMethod(Thread.class, "ofPlatform")
            .orShould()
            .callMethod(Thread.class, "ofVirtual")
            .orShould()
            .callMethod(Thread.class, "startVirtualThread", Runnable.class);

    // System.nanoTime is allowed: the limit of a real wait is measured in real time
    @ArchTest
    static final ArchRule timeComesFromBase = noClasses()
            .that()
            .resideOutsideOfPackage("mountagent.base..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class);

    @ArchTest
    static final ArchRule nothingIsDrawnFromAnUnseededRandom =
            noClasses().should().callConstructor(Random.class).orShould().callMethod(Math.class, "random");

    @ArchTest
    static final ArchRule streamsOfTheProcessBelongToMain = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("mountagent.cli.Main")
            .should(GeneralCodingRules.ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule exceptionsSayWhatTheyAre = GeneralCodingRules.NO_CLASSES_SHOULD_THROW_GENERIC_EXCEPTIONS;

    @ArchTest
    static final ArchRule staticsDoNotChange = fields().that()
            .areStatic()
            .and()
            .doNotHaveModifier(JavaModifier.SYNTHETIC)
            .should(beFinal());

    @ArchTest
    static final ArchRule nothingIsKeptPerThread = noFields().should().haveRawType(ThreadLocal.class);

    @ArchTest
    static final ArchRule absenceIsNoField =
            noFields().that().areNotStatic().should().haveRawType(Optional.class);

    @ArchTest
    static final ArchRule monitorsAreNotUsed = methods()
            .should()
            .notHaveModifier(JavaModifier.SYNCHRONIZED)
            .because("ReentrantLock can be waited for with a limit, and shows who holds it");
}
