package io.blockwork.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.blockwork.engine.Engines;

/** The way of the data is one way: annotation, spec, graph, shapes, transforms, emit. */
@AnalyzeClasses(
    packages = "io.blockwork",
    importOptions = {DoNotIncludeTests.class, PackageArrowsTest.DoNotIncludeExamples.class})
final class PackageArrowsTest {
  private static final String PROCESSOR = "io.blockwork.processor";

  /** The examples are users, and what is generated for them is large. */
  static final class DoNotIncludeExamples implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("/io/blockwork/examples/");
    }
  }

  /** A stage knows those before it, never those after it. */
  @ArchTest
  void stagesFlowOneWay(JavaClasses classes) {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("spec")
        .definedBy(PROCESSOR + ".spec..")
        .layer("graph")
        .definedBy(PROCESSOR + ".graph..")
        .layer("shapes")
        .definedBy(PROCESSOR + ".shapes..")
        .layer("transforms")
        .definedBy(PROCESSOR + ".transforms..")
        .layer("emit")
        .definedBy(PROCESSOR + ".emit..")
        .layer("report")
        .definedBy(PROCESSOR + ".report..")
        .layer("wiring")
        .definedBy(PROCESSOR)
        .whereLayer("wiring")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("emit")
        .mayOnlyBeAccessedByLayers("wiring")
        .whereLayer("report")
        .mayOnlyBeAccessedByLayers("wiring")
        .whereLayer("transforms")
        .mayOnlyBeAccessedByLayers("emit", "report", "wiring")
        .whereLayer("shapes")
        .mayOnlyBeAccessedByLayers("transforms", "emit", "report", "wiring")
        .whereLayer("graph")
        .mayOnlyBeAccessedByLayers("shapes", "transforms", "emit", "report", "wiring")
        .because("each stage of the compiler is a function of what the stages before it made")
        .check(classes);
  }

  /** Only the printing stage and the processor that writes its files know JavaPoet. */
  @ArchTest
  void javaPoetStaysInEmit(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAnyPackage(
            PROCESSOR + ".spec..",
            PROCESSOR + ".graph..",
            PROCESSOR + ".shapes..",
            PROCESSOR + ".transforms..",
            PROCESSOR + ".report..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.palantir.javapoet..")
        .because("what a network is does not depend on how it is printed")
        .check(classes);
  }

  /** Graphs and transforms work without javac. */
  @ArchTest
  void stagesAfterSpecKnowNoMirrors(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAnyPackage(
            PROCESSOR + ".graph..", PROCESSOR + ".shapes..", PROCESSOR + ".transforms..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("javax.lang.model..")
        .check(classes);
  }

  /** ONNX import works on graphs at run time, without the processor. */
  @ArchTest
  void graphsKnowNothingElse(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAPackage("io.blockwork.graph..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages("io.blockwork.graph..", "java..", "org.jspecify..")
        .because("the processor and the runtime both stand on graphs")
        .check(classes);
  }

  /** The processor's class path holds no ND4J. */
  @ArchTest
  void processorKnowsNoNd4j(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAPackage(PROCESSOR + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.nd4j..", "org.bytedeco..")
        .because("it must load in any build without native libraries")
        .check(classes);
  }

  /** At run time there is no processor. */
  @ArchTest
  void runtimeKnowsNoProcessor(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackages(PROCESSOR + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(PROCESSOR + "..")
        .check(classes);
  }

  /** The seam knows no engine, but for the class that chooses one. */
  @ArchTest
  void seamKnowsNoEngine(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAPackage("io.blockwork.engine")
        .and()
        .doNotBelongToAnyOf(Engines.class)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.blockwork.engine.*..")
        .check(classes);
  }

  /** An engine does not know the others. */
  @ArchTest
  void enginesAreIndependent(JavaClasses classes) {
    SlicesRuleDefinition.slices()
        .matching("io.blockwork.engine.(*)..")
        .should()
        .notDependOnEachOther()
        .check(classes);
  }
}
