package io.blockwork.processor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.blockwork.Architecture;
import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.processor.Compiler.Finding;
import io.blockwork.processor.Compiler.Result;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@Label("Any annotation values at all")
final class WideRangeTest {
  /** More than that would make javac, not us, take its time. */
  private static final int MOST_BLOCKS = 60;

  /** Larger networks are compiled only: running them would take its time, or much memory. */
  private static final long MOST_PARAMETERS = 1 << 21;

  private static final long MOST_ACTIVATIONS = 1 << 20;
  private static final long MOST_MACS = 1 << 27;
  private static final int BATCH = 2;

  @Property(
      seed = "2026",
      tries = 120,
      shrinking = ShrinkingMode.BOUNDED,
      edgeCases = EdgeCasesMode.NONE)
  @Label("give a positioned error, or code that compiles and runs, under javac")
  void areReportedOrRunUnderJavac(@ForAll("annotations") String annotation)
      throws ReflectiveOperationException {
    check(Compiler.JAVAC, annotation);
  }

  @Property(
      seed = "2026",
      tries = 30,
      shrinking = ShrinkingMode.BOUNDED,
      edgeCases = EdgeCasesMode.NONE)
  @Label("give a positioned error, or code that compiles and runs, under ECJ")
  void areReportedOrRunUnderEcj(@ForAll("annotations") String annotation)
      throws ReflectiveOperationException {
    check(Compiler.ECJ, annotation);
  }

  private static void check(Compiler compiler, String annotation)
      throws ReflectiveOperationException {
    String supertype = annotation.contains("Block(") ? "Network" : "ImageClassifier";
    String source =
        "package user;\n\nimport io.blockwork.*;\n\n%s\npublic interface Net extends %s {}\n"
            .formatted(annotation, supertype);
    Result result = compiler.compile(Map.of("user/Net.java", source));
    for (Finding finding : result.findings()) {
      assertTrue(finding.code().startsWith("BW"), () -> annotation + "\n" + finding);
      assertTrue(!finding.code().equals("BW163"), () -> annotation + "\n" + finding);
      assertEquals("Net.java", finding.file());
      assertEquals(5, finding.line());
    }
    assertTrue(result.sources().containsKey("user.NetNetwork"), annotation);
    boolean accepted = result.errors().isEmpty();
    assertEquals(accepted, result.classes().containsKey("user.NetForward"), annotation);
    assertEquals(accepted, result.sources().size() == 3, annotation);
    boolean ran = accepted && runs(result, annotation);
    Statistics.collect(!accepted ? "reported" : ran ? "ran" : "compiled, but too large to run");
    Statistics.coverage(checker -> checker.check("ran").count(c -> c >= 1));
  }

  /** Runs the network on two images, unless it is too large. */
  private static boolean runs(Result result, String annotation)
      throws ReflectiveOperationException {
    Class<? extends Network> type = result.load("user.Net").asSubclass(Network.class);
    Method description =
        type.getClassLoader()
            .loadClass("user.NetNetwork")
            .getDeclaredMethod("compiledArchitecture");
    description.setAccessible(true);
    Architecture architecture = (Architecture) description.invoke(null);
    long activations = architecture.slots().stream().mapToLong(Long::longValue).sum();
    if (architecture.learnable() > MOST_PARAMETERS
        || architecture.macs() > MOST_MACS
        || activations + size(architecture.input()) > MOST_ACTIVATIONS) {
      return false;
    }
    var options = NetworkOptions.defaults().engine(new Nd4jEngine());
    try (Network network = Networks.create(type, options)) {
      INDArray output = network.forward(Nd4j.rand(DataType.FLOAT, batched(architecture.input())));
      assertArrayEquals(batched(architecture.output()), output.shape(), annotation);
      assertTrue(Double.isFinite(output.sumNumber().doubleValue()), annotation);
    }
    return true;
  }

  private static long size(List<Integer> shape) {
    return shape.stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
  }

  private static long[] batched(List<Integer> shape) {
    return LongStream.concat(LongStream.of(BATCH), shape.stream().mapToLong(Integer::longValue))
        .toArray();
  }

  @Provide
  Arbitrary<String> annotations() {
    return Arbitraries.oneOf(resNets(), denseNets(), residualBlocks(), denseBlocks());
  }

  private static Arbitrary<String> resNets() {
    return Combinators.combine(blocks(), number(64), residual(), number(0), input(3), number(10))
        .as(
            (blocks, width, style, dilate, input, classes) ->
                "@ResNet(blocks = %s, width = %d, %s, dilateFrom = %d, input = %s, classes = %d)"
                    .formatted(blocks, width, style, dilate, input, classes));
  }

  private static Arbitrary<String> denseNets() {
    return Combinators.combine(blocks(), number(8), dense(), real(0.5), input(3), number(10))
        .as(
            (blocks, stem, style, compression, input, classes) ->
                "@DenseNet(blocks = %s, stemChannels = %d, %s, compression = %s, input = %s, classes = %d)"
                    .formatted(blocks, stem, style, compression, input, classes));
  }

  private static Arbitrary<String> residualBlocks() {
    return Combinators.combine(number(8), number(8), number(1), residual(), input(8))
        .as(
            (channels, planes, stride, style, input) ->
                "@ResidualBlock(channels = %d, planes = %d, stride = %d, %s, input = %s)"
                    .formatted(
                        channels, planes, stride, style.replaceAll("stem = [^,]*, ", ""), input));
  }

  private static Arbitrary<String> denseBlocks() {
    return Combinators.combine(number(8), number(2), dense(), input(8))
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

  private static Arbitrary<String> input(int channels) {
    return Combinators.combine(number(channels), number(32), number(32))
        .as("@Input(channels = %d, height = %d, width = %d)"::formatted);
  }

  private static Arbitrary<String> blocks() {
    Arbitrary<Integer> stage =
        Arbitraries.frequencyOf(
            Tuple.of(20, Arbitraries.integers().between(1, 7)),
            Tuple.of(1, Arbitraries.of(0, -1, 2001, Integer.MAX_VALUE, Integer.MIN_VALUE)));
    return Arbitraries.frequencyOf(
            Tuple.of(8, stage.list().ofMinSize(1).ofMaxSize(3)),
            Tuple.of(1, stage.list().ofMaxSize(9)))
        .map(l -> l.stream().map(String::valueOf).collect(Collectors.joining(", ", "{", "}")));
  }

  /** Mostly an ordinary number, so that many networks can be built; else any, or an extreme. */
  private static Arbitrary<Integer> number(int usual) {
    return Arbitraries.frequencyOf(
        Tuple.of(40, Arbitraries.just(usual)),
        Tuple.of(5, Arbitraries.integers().between(1, 40)),
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
