package io.blockwork.golden;

import io.blockwork.Network;
import io.blockwork.Networks;
import io.blockwork.TrainingResult;
import io.blockwork.golden.Golden.Figures;
import io.blockwork.loss.Loss;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

@DisplayName("Networks compute what PyTorch computes")
final class GoldenNumericsTest {
  private static final int EVAL_BATCH = 2;
  private static final double RATE = 0.1;
  private static final double SMALL_RATE = 0.001;

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("quickCases")
  void reproducesTheReference(GoldenCase network, Backend backend, TestReporter reporter) {
    check(network, backend, reporter);
  }

  @Tag("slow")
  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("slowCases")
  void reproducesTheReferenceOfDeepNetworks(
      GoldenCase network, Backend backend, TestReporter reporter) {
    check(network, backend, reporter);
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

  private static void check(GoldenCase golden, Backend backend, TestReporter reporter) {
    try (Network network = Networks.create(golden.network(), backend.options())) {
      Golden figures = golden.load();
      GoldenStructureTest.assertFacts(figures.shapes(), network.architecture());
      var run = new Run(figures, network, backend);
      run.inference();
      run.training();
      reporter.publishEntry(golden + ", " + backend, run.summary());
      run.comparison.verify();
    }
  }

  /** One network with its reference. */
  private static final class Run {
    private final Comparison comparison = new Comparison();
    private final Golden golden;
    private final Network network;
    private final Backend backend;
    private final Bounds bounds;
    private final Loss loss;

    Run(Golden golden, Network network, Backend backend) {
      this.golden = golden;
      this.network = network;
      this.backend = backend;
      this.bounds = Bounds.of(golden, backend.dataType());
      this.loss =
          golden.regression()
              ? Loss.meanSquaredError(tensor("target", batched(golden.shapes().output())))
              : Loss.softmaxCrossEntropy(
                  GoldenFormula.labels(golden.batch(), golden.shapes().output().get(0)));
    }

    void inference() {
      fill();
      long[] shape = batched(golden.shapes().input());
      shape[0] = EVAL_BATCH;
      INDArray output = network.forward(tensor("input", shape));
      rows("eval output", golden.evalOutput(), output, bounds.evalOutput());
    }

    void training() {
      var train = golden.train();
      INDArray images = tensor("input", batched(golden.shapes().input()));
      TrainingResult first = network.trainWithInputGradient(images, loss);
      rows("train output", train.output(), first.output(), bounds.trainOutput());
      comparison.scalar("loss", "", train.loss(), first.loss(), bounds.loss());
      List<String> statistics = golden.statistics();
      for (int i = 0; i < statistics.size(); i++) {
        String name = statistics.get(i);
        double norm = Comparison.norm(values(network.parameters().get(name)));
        comparison.scalar("running", name, train.runningNorms()[i], norm, bounds.running());
      }
      for (Figures expected : train.gradients()) {
        double[] gradient = values(network.gradients().get(expected.name()));
        comparison.figures("gradient of", expected, gradient, bounds.gradient());
      }
      comparison.figures(
          "gradient of",
          new Figures("input", train.inputGradient()),
          values(first.inputGradient().orElseThrow()),
          bounds.inputGradient());
      INDArray gradients = network.gradients().flat().dup();
      steps(images, gradients, RATE, train.lossAfterSteps(), bounds.steps());
      steps(images, gradients, SMALL_RATE, train.lossAfterSmallSteps(), bounds.smallSteps());
    }

    /** The gradients of the first step are those of the first pass, which is not run again. */
    private void steps(
        INDArray images, INDArray gradients, double rate, double[] expected, double[] bounds) {
      if (Arrays.stream(bounds).allMatch(Double::isInfinite)) {
        return;
      }
      fill();
      network.gradients().flat().assign(gradients);
      Optimizer optimizer = Optimizer.of(network, new Momentum(rate, 0.9)).weightDecay(1e-4);
      for (int step = 0; step < expected.length && Double.isFinite(bounds[step]); step++) {
        optimizer.step();
        double actual = network.train(images, loss).loss();
        comparison.scalar(
            "loss after steps of " + rate,
            Integer.toString(step + 1),
            expected[step],
            actual,
            bounds[step]);
      }
    }

    private void rows(
        String quantity, List<double[]> expected, INDArray output, Tolerance tolerance) {
      for (int i = 0; i < expected.size(); i++) {
        double[] row = values(output.slice(i));
        String name = "row " + i;
        if (expected.get(i).length < row.length) {
          comparison.figures(quantity, new Figures(name, expected.get(i)), row, tolerance);
        } else {
          comparison.values(quantity, name, expected.get(i), row, tolerance);
        }
      }
    }

    private void fill() {
      for (ParameterInfo info : network.parameters().entries()) {
        network.parameters().set(info.name(), tensor(info.name(), info.dimensions()));
      }
    }

    private INDArray tensor(String name, long... shape) {
      return Nd4j.createFromArray(GoldenFormula.values(name, shape))
          .castTo(backend.dataType())
          .reshape('c', shape);
    }

    private long[] batched(List<Integer> shape) {
      long[] batched = new long[shape.size() + 1];
      batched[0] = golden.batch();
      for (int i = 0; i < shape.size(); i++) {
        batched[i + 1] = shape.get(i);
      }
      return batched;
    }

    private static double[] values(INDArray array) {
      return array.dup('c').data().asDouble();
    }

    String summary() {
      return comparison.worst().entrySet().stream()
          .map(e -> String.format(Locale.ROOT, "%s %.1e", e.getKey(), e.getValue()))
          .collect(
              Collectors.joining(", ", "largest deviation as a part of what is allowed: ", ""));
    }
  }
}
