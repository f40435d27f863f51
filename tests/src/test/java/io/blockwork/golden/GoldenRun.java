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
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.TestReporter;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One network with its reference. */
final class GoldenRun {
  private static final int EVAL_BATCH = 2;

  /** The learning rates of steps that the references have. */
  enum Rate {
    LARGE(0.1),
    SMALL(0.001);

    private final double value;

    Rate(double value) {
      this.value = value;
    }
  }

  /** What is zero in theory is below this part of the largest gradient in the reference. */
  private static final double ZERO = 1e-12;

  /** The same in {@code FLOAT}, whose roundings are larger by 5e8. */
  private static final double FLOAT_ZERO = 5e-4;

  private final Comparison comparison = new Comparison();
  private final Golden golden;
  private final Network network;
  private final Backend backend;
  private final Bounds bounds;
  private final Loss loss;

  private GoldenRun(Golden golden, Network network, Backend backend) {
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

  /**
   * Compares inference, a training pass and some steps with the reference.
   *
   * @param name for the report
   * @param rates of the steps
   * @param structure what to check of the network before it runs
   */
  static void check(
      String name,
      Class<? extends Network> type,
      Golden figures,
      Backend backend,
      Set<Rate> rates,
      TestReporter reporter,
      Consumer<Network> structure) {
    try (Network network = Networks.create(type, backend.options())) {
      structure.accept(network);
      var run = new GoldenRun(figures, network, backend);
      run.inference();
      run.training(rates);
      reporter.publishEntry(name + ", " + backend, run.summary());
      run.comparison.verify();
    }
  }

  private void inference() {
    fill();
    long[] shape = batched(golden.shapes().input());
    shape[0] = EVAL_BATCH;
    INDArray output = network.forward(tensor("input", shape));
    rows("eval output", golden.evalOutput(), output, bounds.evalOutput());
  }

  private void training(Set<Rate> rates) {
    var train = golden.train();
    INDArray images = tensor("input", batched(golden.shapes().input()));
    TrainingResult first = network.trainWithInputGradient(images, loss);
    rows("train output", train.output(), first.output(), bounds.trainOutput());
    int head = 0;
    for (Map.Entry<String, List<double[]>> output : train.auxiliary().entrySet()) {
      INDArray actual = first.auxiliaryOutputs().get(head++);
      Tolerance tolerance = bounds.auxiliary(output.getKey());
      rows(output.getKey() + " output", output.getValue(), actual, tolerance);
    }
    comparison.scalar("loss", "", train.loss(), first.total(), bounds.loss());
    List<String> statistics = golden.statistics();
    for (int i = 0; i < statistics.size(); i++) {
      String name = statistics.get(i);
      double norm = Comparison.norm(values(network.parameters().get(name)));
      comparison.scalar("running", name, train.runningNorms()[i], norm, bounds.running());
    }
    double largest =
        train.gradients().stream().mapToDouble(figures -> figures.values()[0]).max().orElse(0);
    for (Figures expected : train.gradients()) {
      double[] gradient = values(network.gradients().get(expected.name()));
      if (expected.values()[0] < ZERO * largest) {
        // A norm behind it takes a bias out again: what is left of its gradient is rounding.
        double zero = backend.dataType() == DataType.DOUBLE ? ZERO : FLOAT_ZERO;
        double norm = Comparison.norm(gradient);
        comparison.value("gradient of", expected.name(), 0, norm, zero * largest);
      } else {
        comparison.figures("gradient of", expected, gradient, bounds.gradient());
      }
    }
    comparison.figures(
        "gradient of",
        new Figures("input", train.inputGradient()),
        values(first.inputGradient().orElseThrow()),
        bounds.inputGradient());
    INDArray gradients = network.gradients().flat().dup();
    if (rates.contains(Rate.LARGE)) {
      steps(images, gradients, Rate.LARGE.value, train.lossAfterSteps(), bounds.steps());
    }
    if (rates.contains(Rate.SMALL)) {
      steps(images, gradients, Rate.SMALL.value, train.lossAfterSmallSteps(), bounds.smallSteps());
    }
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
      double actual = network.train(images, loss).total();
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
    return Nd4j.createFromArray(GoldenFormula.values(name, golden.gain(), shape))
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

  private String summary() {
    return comparison.worst().entrySet().stream()
        .map(e -> String.format(Locale.ROOT, "%s %.1e", e.getKey(), e.getValue()))
        .collect(Collectors.joining(", ", "largest deviation as a part of what is allowed: ", ""));
  }
}
