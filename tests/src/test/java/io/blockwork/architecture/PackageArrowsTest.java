package io.blockwork.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import java.util.ArrayList;
import java.util.List;

/**
 * The way of the data is one way: annotation, spec, graph, checks, transforms, plans, emit; and at
 * run time every package stands on those below it.
 */
@AnalyzeClasses(
    packages = "io.blockwork",
    importOptions = {DoNotIncludeTests.class, PackageArrowsTest.DoNotIncludeExamples.class})
final class PackageArrowsTest {
  private static final String ROOT = "io.blockwork";
  private static final String PROCESSOR = ROOT + ".processor";
  private static final String GRAPH = ROOT + ".graph";
  private static final String ONNX = ROOT + ".onnx";

  /** A value of {@code @Published}, with a class for each of its constants. */
  private static final String INTERPOLATION = ROOT + ".image.Interpolation";

  /** Annotations, and the enumerations that are values of their members. */
  private static final DescribedPredicate<JavaClass> VOCABULARY =
      DescribedPredicate.describe(
          "annotations and their values",
          type -> {
            JavaClass single = type.getBaseComponentType();
            return single.getPackageName().equals(ROOT)
                    && (single.isAnnotation() || single.isEnum())
                || single.getName().startsWith(INTERPOLATION);
          });

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
        .layer("architectures")
        .definedBy(PROCESSOR + ".architectures..")
        .layer("checks")
        .definedBy(PROCESSOR + ".checks..")
        .layer("expression")
        .definedBy(PROCESSOR + ".expression..")
        .layer("dsl")
        .definedBy(PROCESSOR + ".dsl..")
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
        .whereLayer("checks")
        .mayOnlyBeAccessedByLayers("wiring")
        .whereLayer("dsl")
        .mayOnlyBeAccessedByLayers("wiring")
        .whereLayer("expression")
        .mayOnlyBeAccessedByLayers("dsl", "wiring")
        .whereLayer("architectures")
        .mayOnlyBeAccessedByLayers("checks", "wiring")
        .because("each stage of the compiler is a function of what the stages before it made")
        .check(classes);
  }

  /** Operations, graphs of them, what is done to graphs, and where everything lies in the end. */
  @ArchTest
  void graphsFlowOneWay(JavaClasses classes) {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("ops")
        .definedBy(GRAPH + ".ops")
        .layer("graph")
        .definedBy(GRAPH)
        .layer("transforms")
        .definedBy(GRAPH + ".transforms")
        .layer("plans")
        .definedBy(GRAPH + ".plans")
        .layer("text")
        .definedBy(GRAPH + ".text")
        .whereLayer("text")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("plans")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("transforms")
        .mayOnlyBeAccessedByLayers("plans")
        .whereLayer("graph")
        .mayOnlyBeAccessedByLayers("transforms", "plans", "text")
        .check(classes);
  }

  /** Only the printing stage and the processor that writes its files know JavaPoet. */
  @ArchTest
  void javaPoetStaysInEmit(JavaClasses classes) {
    noClasses()
        .that()
        .resideInAnyPackage(
            PROCESSOR + ".spec..",
            PROCESSOR + ".architectures..",
            PROCESSOR + ".checks..",
            PROCESSOR + ".expression..",
            PROCESSOR + ".dsl..",
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
        .resideInAnyPackage(PROCESSOR + ".architectures..", PROCESSOR + ".checks..")
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
        .resideInAPackage(GRAPH + "..")
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(GRAPH + "..", "java..", "org.jspecify..")
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

  /** A package knows those below it, never those above it: the lowest stands first. */
  private static final List<List<String>> RUNTIME =
      List.of(
          List.of("memory", "io", "image"),
          List.of("parameters", "loss", "published", "data"),
          List.of("engine", "weights"),
          List.of("engine.nd4j", "engine.x86"),
          List.of("engine.depthwise", "engine.norm", "engine.winograd"),
          List.of("engine.onednn"),
          List.of(""),
          List.of("compiled"),
          List.of("train"),
          List.of("quantization"),
          List.of("ops"),
          List.of("networks"));

  @ArchTest
  void runtimeStandsInLayers(JavaClasses classes) {
    List<String> known = new ArrayList<>();
    for (List<String> layer : RUNTIME) {
      known.addAll(layer.stream().map(PackageArrowsTest::runtime).toList());
      String[] below = known.toArray(String[]::new);
      for (String name : layer) {
        classes()
            .that()
            .resideInAPackage(runtime(name))
            .should()
            .onlyDependOnClassesThat(
                resideOutsideOfPackage(ROOT + "..")
                    .or(resideInAnyPackage(below))
                    .as("stand in its layer or below"))
            .check(classes);
      }
    }
    noClasses()
        .that()
        .resideOutsideOfPackages(PROCESSOR + "..", GRAPH + "..", ONNX + "..")
        .and()
        .resideOutsideOfPackages(known.toArray(String[]::new))
        .should()
        .resideInAPackage(ROOT + "..")
        .because("every package of the runtime has its layer here")
        .allowEmptyShould(true)
        .check(classes);
  }

  /** ONNX has an artifact of its own, which stands on networks and on graphs. */
  @ArchTest
  void networksKnowNoOnnx(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackages(ONNX + "..", PROCESSOR + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ONNX + "..")
        .check(classes);
  }

  private static String runtime(String name) {
    return name.isEmpty() ? ROOT : ROOT + "." + name;
  }

  /** No package needs another that needs it, by whatever way. */
  @ArchTest
  void packagesStandInNoCircle(JavaClasses classes) {
    SlicesRuleDefinition.slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                return SliceIdentifier.of(type.getPackageName());
              }

              @Override
              public String getDescription() {
                return "packages";
              }
            })
        .should()
        .beFreeOfCycles()
        .check(classes);
  }

  /** An engine knows neither the others nor the classes that users see. */
  @ArchTest
  void enginesAreIndependent(JavaClasses classes) {
    String[] withCode = {
      "io.blockwork.engine.onednn..",
      "io.blockwork.engine.depthwise..",
      "io.blockwork.engine.norm..",
      "io.blockwork.engine.winograd..",
      "io.blockwork.engine.x86.."
    };
    String simple = "io.blockwork.engine.nd4j..";
    noClasses()
        .that()
        .resideInAnyPackage(withCode)
        .should()
        .dependOnClassesThat()
        .resideInAPackage(simple)
        .check(classes);
    noClasses()
        .that()
        .resideInAPackage(simple)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(withCode)
        .check(classes);
  }

  /** Another artifact may bring an engine: nobody but its own package names its classes. */
  @ArchTest
  void enginesAreFoundNotNamed(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.blockwork.engine.*..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.blockwork.engine.*..")
        .check(classes);
  }

  /** The annotations and what their members are made of need the JDK only. */
  @ArchTest
  void annotationsStandAlone(JavaClasses classes) {
    classes()
        .that(are(VOCABULARY))
        .should()
        .onlyDependOnClassesThat(
            VOCABULARY.or(resideOutsideOfPackage(ROOT + "..").and(resideInAPackage("java.."))))
        .because("the annotation processor has nothing else of the runtime")
        .check(classes);
  }

  /** Of the runtime, the processor uses annotations, facts of published weights and plain words. */
  @ArchTest
  void processorUsesAnnotationsAndFactsOnly(JavaClasses classes) {
    classes()
        .that()
        .resideInAPackage(PROCESSOR + "..")
        .should()
        .onlyDependOnClassesThat(
            VOCABULARY
                .or(resideInAnyPackage(PROCESSOR + "..", ROOT + ".graph..", ROOT + ".published"))
                .or(resideInAPackage(ROOT + ".io"))
                .or(resideInAnyPackage(ROOT + ".onnx.file", ROOT + ".onnx.importer"))
                .or(resideOutsideOfPackage(ROOT + "..")))
        .check(classes);
  }

  /** Files, downloads and the facts of published weights need the JDK only. */
  @ArchTest
  void filesNeedTheJdkOnly(JavaClasses classes) {
    classes()
        .that()
        .resideInAnyPackage(ROOT + ".io", ROOT + ".published")
        .should()
        .onlyDependOnClassesThat(
            VOCABULARY.or(
                resideInAnyPackage("java..", "org.jspecify..", ROOT + ".io", ROOT + ".published")))
        .check(classes);
  }
}
