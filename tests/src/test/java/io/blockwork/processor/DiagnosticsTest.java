package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.processor.Compiler.Finding;
import io.blockwork.processor.Compiler.Result;
import io.blockwork.processor.spec.Message.Severity;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Each wrong value is one message at that value, under javac and ECJ")
final class DiagnosticsTest {
  static Stream<Arguments> cases() {
    return Cases.all().stream()
        .flatMap(c -> Stream.of(Compiler.values()).map(compiler -> Arguments.of(compiler, c)));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("cases")
  void isReportedOnceAndInPlace(Compiler compiler, Case wrong) {
    List<Finding> findings = compiler.compile(wrong.sources()).findings();
    assertEquals(1, findings.size(), () -> "findings: " + findings);
    Finding finding = findings.get(0);
    assertEquals(wrong.message().code(), finding.code(), finding::toString);
    assertEquals(wrong.message().severity() == Severity.ERROR, finding.isError());
    assertTrue(wrong.isAt(compiler, finding), finding::toString);
    assertTrue(finding.text().contains("  why: "), finding::toString);
    assertTrue(finding.text().contains("  fix: "), finding::toString);
    assertTrue(finding.text().chars().allMatch(c -> c < 128), finding::toString);
  }

  static Stream<Case> warnings() {
    return Cases.all().stream().filter(c -> c.message().severity() == Severity.WARNING);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("warnings")
  void warningsAreSuppressedByTheirKeyOrAnOption(Case unwise) {
    String key = unwise.message().key().orElseThrow();
    String suppressed =
        unwise.source().replaceFirst("\n@", "\n@SuppressWarnings(\"" + key + "\")\n@");
    assertEquals(List.of(), Compiler.JAVAC.compile(Map.of("user/Net.java", suppressed)).findings());
    // ECJ calls every key that is not its own unsupported, unless it is told not to.
    Result remarked = Compiler.ECJ.compile(Map.of("user/Net.java", suppressed));
    assertTrue(
        remarked.findings().stream()
            .allMatch(f -> f.text().equals("Unsupported @SuppressWarnings(\"" + key + "\")")),
        remarked::toString);
    assertEquals(
        List.of(),
        Compiler.ECJ
            .compile(Map.of("user/Net.java", suppressed), "-warn:-warningToken")
            .findings());
    for (Compiler compiler : Compiler.values()) {
      assertEquals(
          List.of(), compiler.compile(unwise.sources(), "-Ablockwork.warnings=false").findings());
    }
  }

  /** ECJ 3.46 fails on its way to a position past an empty array, here or in another annotation. */
  @ParameterizedTest
  @EnumSource
  void standWhereTheCompilerLosesItsWay(Compiler compiler) {
    String nested =
        """
        package user;

        import io.blockwork.*;

        @DenseNet(growth = 4, blocks = {}, input = @Input(channels = 3, height = 32, width = 0))
        public interface Net extends ImageClassifier {}
        """;
    String beside =
        """
        package user;

        import io.blockwork.*;

        @SuppressWarnings({})
        @DenseNet(growth = 0, blocks = {1}) public interface Net extends ImageClassifier {}
        """;
    List<Finding> empty = compiler.compile(Map.of("user/Net.java", nested)).errors();
    assertEquals(List.of("BW101", "BW111"), empty.stream().map(Finding::code).toList());
    assertEquals(List.of(5L, 5L), empty.stream().map(Finding::line).toList());
    List<Finding> other = compiler.compile(Map.of("user/Net.java", beside)).errors();
    assertEquals(List.of("BW114"), other.stream().map(Finding::code).toList());
    assertEquals(6, other.get(0).line());
  }

  @Test
  void wellOverSixtyWrongSourcesAreTried() {
    long errors =
        Cases.all().stream()
            .filter(c -> c.message().severity() == Severity.ERROR)
            .distinct()
            .count();
    assertTrue(errors >= 110, () -> "only " + errors);
  }
}
