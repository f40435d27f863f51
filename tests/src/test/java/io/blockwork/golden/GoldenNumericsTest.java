package io.blockwork.golden;

import io.blockwork.golden.GoldenRun.Rate;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("Networks compute what PyTorch computes")
final class GoldenNumericsTest {
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("quickCases")
  void reproducesTheReference(GoldenCase network, Backend backend, TestReporter reporter) {
    check(network, backend, EnumSet.allOf(Rate.class), reporter);
  }

  @Tag("slow")
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("slowCases")
  void reproducesTheReferenceOfDeepNetworks(
      GoldenCase network, Backend backend, TestReporter reporter) {
    check(network, backend, EnumSet.of(Rate.SMALL), reporter);
  }

  @Tag("nightly")
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("slowCases")
  void reproducesLargeStepsOfDeepNetworks(
      GoldenCase network, Backend backend, TestReporter reporter) {
    check(network, backend, EnumSet.of(Rate.LARGE), reporter);
  }

  static Stream<Arguments> quickCases() {
    return cases(false);
  }

  static Stream<Arguments> slowCases() {
    return cases(true);
  }

  private static Stream<Arguments> cases(boolean slow) {
    return GoldenCase.all()
        .filter(network -> network.slow() == slow)
        .flatMap(network -> Backend.all().map(backend -> Arguments.of(network, backend)));
  }

  private static void check(
      GoldenCase golden, Backend backend, Set<Rate> rates, TestReporter reporter) {
    Golden figures = golden.load();
    GoldenRun.check(
        golden.toString(),
        golden.network(),
        figures,
        backend,
        rates,
        reporter,
        network -> GoldenStructureTest.assertFacts(figures.shapes(), network.architecture()));
  }
}
