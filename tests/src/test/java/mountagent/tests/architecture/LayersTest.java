package mountagent.tests.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import mountagent.cache.CacheLocation;
import mountagent.object.ObjectStoreException;

/// The layers: front ends over the facade, the facade over metadata and data, engines and drivers at the
/// edge.
@AnalyzeClasses(packages = "mountagent", importOptions = OurClasses.class)
final class LayersTest {
    private static final String[] FRONT_ENDS = {
        "mountagent.fuse..", "mountagent.winfsp..", "mountagent.smb..", "mountagent.sftp.."
    };
    private static final String[] WIRING = {"mountagent.service..", "mountagent.cli.."};

    @ArchTest
    static final ArchRule frontEndsDoNotKnowEachOther = slices().matching("mountagent.(fuse|winfsp|smb|sftp)..")
            .should()
            .notDependOnEachOther()
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule frontEndsSeeOnlyTheFacade = only(
            FRONT_ENDS,
            "mountagent.volume..",
            "mountagent.frontend..",
            "mountagent.base..",
            "mountagent.fuse..",
            "mountagent.winfsp..",
            "mountagent.smb..",
            "mountagent.sftp..");

    @ArchTest
    static final ArchRule theCoreKnowsNoFrontEnd = noClasses()
            .that()
            .resideOutsideOfPackages(concat(FRONT_ENDS, WIRING))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(FRONT_ENDS);

    @ArchTest
    static final ArchRule nobodyKnowsTheWiring = noClasses()
            .that()
            .resideOutsideOfPackages(WIRING)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(WIRING);

    @ArchTest
    static final ArchRule theCommandLineOnlyCallsTheService = only(
            new String[] {"mountagent.cli.."}, "mountagent.cli..", "mountagent.service..", "mountagent.frontend..");

    @ArchTest
    static final ArchRule nothingBelowKnowsTheFacade = noClasses()
            .that()
            .resideInAnyPackage(
                    "mountagent.base..",
                    "mountagent.json..",
                    "mountagent.meta..",
                    "mountagent.chunk..",
                    "mountagent.block..",
                    "mountagent.cache..",
                    "mountagent.object..",
                    "mountagent.session..",
                    "mountagent.maintenance..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("mountagent.volume..");

    @ArchTest
    static final ArchRule baseUsesNothing = only(new String[] {"mountagent.base.."}, "mountagent.base..");

    @ArchTest
    static final ArchRule metricsUseNothing = only(new String[] {"mountagent.metrics.."}, "mountagent.metrics..");

    @ArchTest
    static final ArchRule metadataKnowsNoData = only(
            new String[] {"mountagent.meta.."},
            "mountagent.meta..",
            "mountagent.base..",
            "mountagent.json..",
            "mountagent.metrics..");

    @ArchTest
    static final ArchRule metaStoreNamesNoEngine = noClasses()
            .that()
            .resideInAPackage("mountagent.meta")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("mountagent.meta.sql..", "mountagent.meta.redis..");

    @ArchTest
    static final ArchRule enginesDoNotKnowEachOther =
            slices().matching("mountagent.meta.(sql|redis|kv)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule chunksStandOnMetadataAndBlocks = noClasses()
            .that()
            .resideInAPackage("mountagent.chunk..")
            .should()
            .dependOnClassesThat(resideInAPackage("mountagent..")
                    .and(DescribedPredicate.not(resideInAnyPackage(
                            "mountagent.chunk..",
                            "mountagent.block..",
                            "mountagent.meta",
                            "mountagent.base..",
                            "mountagent.metrics..")))
                    // why a transfer failed, and where a block is kept
                    .and(DescribedPredicate.not(belongToAnyOf(ObjectStoreException.class, CacheLocation.class))));

    @ArchTest
    static final ArchRule blocksStandOnObjects = only(
            new String[] {"mountagent.block.."},
            "mountagent.block..",
            "mountagent.cache..",
            "mountagent.object",
            "mountagent.base..",
            "mountagent.metrics..");

    @ArchTest
    static final ArchRule theCacheStandsOnBaseAlone =
            only(new String[] {"mountagent.cache.."}, "mountagent.cache..", "mountagent.base..");

    @ArchTest
    static final ArchRule objectStoresStandOnBaseAlone = only(
            new String[] {"mountagent.object.."}, "mountagent.object..", "mountagent.base..", "mountagent.metrics..");

    @ArchTest
    static final ArchRule onlyTheS3DriverKnowsItsSdk = noClasses()
            .that()
            .resideOutsideOfPackage("mountagent.object.s3..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon..", "org.apache.hc..");

    @ArchTest
    static final ArchRule driversDoNotKnowEachOther =
            slices().matching("mountagent.object.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule noPackageCycles =
            slices().matching("mountagent.(**)").should().beFreeOfCycles();

    private static ArchRule only(String[] packages, String... allowed) {
        DescribedPredicate<JavaClass> ours = resideInAPackage("mountagent..");
        return noClasses()
                .that()
                .resideInAnyPackage(packages)
                .should()
                .dependOnClassesThat(ours.and(DescribedPredicate.not(resideInAnyPackage(allowed))));
    }

    private static String[] concat(String[] first, String[] second) {
        var all = new java.util.ArrayList<>(java.util.List.of(first));
        all.addAll(java.util.List.of(second));
        return all.toArray(String[]::new);
    }
}
