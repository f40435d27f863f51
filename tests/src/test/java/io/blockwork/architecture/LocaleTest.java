package io.blockwork.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Scanner;

/** What is written and read is the same under every default locale. */
@AnalyzeClasses(packages = "io.blockwork", importOptions = DoNotIncludeTests.class)
final class LocaleTest {
  @ArchTest
  void nothingAsksForTheDefaultLocale(JavaClasses classes) {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.blockwork.onnx.protobuf..")
        .should()
        .callMethod(String.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(String.class, "formatted", Object[].class)
        .orShould()
        .callMethod(String.class, "toLowerCase")
        .orShould()
        .callMethod(String.class, "toUpperCase")
        .orShould()
        .callMethod(PrintStream.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintStream.class, "format", String.class, Object[].class)
        .orShould()
        .callMethod(PrintWriter.class, "printf", String.class, Object[].class)
        .orShould()
        .callMethod(PrintWriter.class, "format", String.class, Object[].class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Scanner.class)
        .because("a number or a name must not depend on where a program runs; see SafeText")
        .check(classes);
  }
}
