package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.processor.Compiler.Finding;
import io.blockwork.processor.Compiler.Result;
import java.util.Map;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;

@Label("Any annotation values at all")
final class WideRangeTest {
  /** More than that would make javac, not us, take its time. */
  private static final int MOST_BLOCKS = 60;

  @Property(tries = 150, shrinking = ShrinkingMode.BOUNDED)
  @Label("give a positioned error, or code that compiles")
  void areReportedOrCompiled(@ForAll("annotations") String annotation) {
    String supertype = annotation.contains("Block(") ? "Network" : "ImageClassifier";
    String source =
        "package user;\n\nimport io.blockwork.*;\n\n%s\npublic interface Net extends %s {}\n"
            .formatted(annotation, supertype);
    Result result = Compiler.JAVAC.compile(Map.of("user/Net.java", source));
    for (Finding finding : result.findings()) {
      assertTrue(finding.code().startsWith("BW"), () -> annotation + "\n" + finding);
      assertTrue(!finding.code().equals("BW163"), () -> annotation + "\n" + finding);
      assertEquals("Net.java", finding.file());
      assertEquals(5, finding.line());
    }
    assertTrue(result.sources().containsKey("user.NetNetwork"), annotation);
    assertEquals(
        result.errors().isEmpty(), result.classes().containsKey("user.NetForward"), annotation);
    assertEquals(result.errors().isEmpty(), result.sources().size() == 3, annotation);
  }

  @Provide
  Arbitrary<String> annotations() {
    return Arbitraries.oneOf(resNets(), denseNets(), residualBlocks(), denseBlocks());
  }

  private static Arbitrary<String> resNets() {
    return Combinators.combine(blocks(), number(64), residual(), number(0), input(), number(10))
        .as(
            (blocks, width, style, dilate, input, classes) ->
                "@ResNet(blocks = %s, width = %d, %s, dilateFrom = %d, input = %s, classes = %d)"
                    .formatted(blocks, width, style, dilate, input, classes));
  }

  private static Arbitrary<String> denseNets() {
    return Combinators.combine(blocks(), number(8), dense(), real(0.5), input(), number(10))
        .as(
            (blocks, stem, style, compression, input, classes) ->
                "@DenseNet(blocks = %s, stemChannels = %d, %s, compression = %s, input = %s, classes = %d)"
                    .formatted(blocks, stem, style, compression, input, classes));
  }

  private static Arbitrary<String> residualBlocks() {
    return Combinators.combine(number(8), number(8), number(1), residual(), input())
        .as(
            (channels, planes, stride, style, input) ->
                "@ResidualBlock(channels = %d, planes = %d, stride = %d, %s, input = %s)"
                    .formatted(
                        channels, planes, stride, style.replaceAll("stem = [^,]*, ", ""), input));
  }

  private static Arbitrary<String> denseBlocks() {
    return Combinators.combine(number(8), number(2), dense(), input())
        .as(
            (channels, layers, style, input) ->
                "@DenseBlock(channels = %d, layers = %d, %s, input = %s)"
                    .formatted(
                        channels,
                        layers > MOST_BLOCKS && layers <= 2000 ? layers + 2000 : layers,
                        style.replaceAll("stem = [^,]*, ", ""),
                        input));
  }

  private static Arbitrary<String> residual() {
    return Combinators.combine(
            Arbitraries.of("IMAGENET", "CIFAR"),
            Arbitraries.of(true, false),
            number(1),
            number(64),
            Arbitraries.of("PAD", "PROJECTION", "PROJECT_ALL"),
            Arbitraries.of("V1", "V1_5", "V2"),
            number(0),
            Arbitraries.of(false, false, true))
        .as(
            (stem, bottleneck, groups, widthPerGroup, shortcut, version, squeeze, zero) ->
                "stem = Stem.%s, bottleneck = %s, groups = %d, widthPerGroup = %d, shortcut = Shortcut.%s, version = ResNetVersion.%s, squeezeExcitation = %d, zeroInitResidual = %s"
                    .formatted(
                        stem, bottleneck, groups, widthPerGroup, shortcut, version, squeeze, zero));
  }

  private static Arbitrary<String> dense() {
    return Combinators.combine(
            Arbitraries.of("IMAGENET", "CIFAR"),
            number(4),
            number(4),
            real(0),
            Arbitraries.of(true, false))
        .as(
            (stem, growth, bnSize, dropout, efficient) ->
                "stem = Stem.%s, growth = %d, bnSize = %d, dropout = %s, memoryEfficient = %s"
                    .formatted(stem, growth, bnSize, dropout, efficient));
  }

  private static Arbitrary<String> input() {
    return Combinators.combine(number(3), number(32), number(32))
        .as("@Input(channels = %d, height = %d, width = %d)"::formatted);
  }

  private static Arbitrary<String> blocks() {
    Arbitrary<Integer> stage =
        Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.integers().between(1, 7)),
            Tuple.of(1, Arbitraries.of(0, -1, 2001, Integer.MAX_VALUE, Integer.MIN_VALUE)));
    return stage
        .list()
        .ofMaxSize(9)
        .map(l -> l.stream().map(String::valueOf).collect(Collectors.joining(", ", "{", "}")));
  }

  /** Mostly an ordinary number, so that many networks can be built; else any, or an extreme. */
  private static Arbitrary<Integer> number(int usual) {
    return Arbitraries.frequencyOf(
        Tuple.of(12, Arbitraries.just(usual)),
        Tuple.of(3, Arbitraries.integers().between(1, 40)),
        Tuple.of(1, Arbitraries.integers()),
        Tuple.of(
            1,
            Arbitraries.of(0, -1, 1 << 20, (1 << 20) + 1, Integer.MAX_VALUE, Integer.MIN_VALUE)));
  }

  private static Arbitrary<String> real(double usual) {
    return Arbitraries.frequencyOf(
        Tuple.of(12, Arbitraries.just(String.valueOf(usual))),
        Tuple.of(2, Arbitraries.doubles().between(0, 1).map(String::valueOf)),
        Tuple.of(
            1, Arbitraries.of("-1", "0", "1", "1e300", "-0.0", "0.0 / 0", "1 / 0.0", "1e-300")));
  }
}
