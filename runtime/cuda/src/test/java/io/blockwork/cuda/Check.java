package io.blockwork.cuda;

import io.blockwork.Network;
import io.blockwork.NetworkOptions;
import io.blockwork.Networks;
import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundOptimizer;
import io.blockwork.engine.CrossEntropy;
import io.blockwork.engine.ForwardPass;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.OptimizerStep;
import io.blockwork.engine.TrainingBinder;
import io.blockwork.engine.TrainingPass;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.Tuning;
import io.blockwork.engine.UpdateRule;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.loss.Loss;
import io.blockwork.loss.Losses;
import io.blockwork.loss.SoftTargets;
import io.blockwork.memory.NativeBlock;
import io.blockwork.memory.NativeValues;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.Parameters;
import io.blockwork.train.Momentum;
import io.blockwork.train.Optimizer;
import io.blockwork.train.WeightAverage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The proof on a GPU, for {@code check.sh}: {@code figures FILE} computes what ND4J's engine gives;
 * {@code right FILE} compares with it; {@code inference}, {@code training} and {@code profile}
 * measure. {@code steps}, {@code step}, {@code epoch} and {@code averages} need ND4J's library.
 */
public final class Check {
  private static final Map<Numerics, Double> BOUNDS =
      Map.of(Numerics.FLOAT, 2e-4, Numerics.TF32, 2e-2, Numerics.BFLOAT16, 0.1);

  private Check() {}

  /** Runs one part. */
  public static void main(String[] arguments) throws IOException {
    switch (arguments[0]) {
      case "figures" -> {
        figures(Path.of(arguments[1]));
        stepFigures(Path.of(arguments[2]));
      }
      case "right" -> right(Path.of(arguments[1]));
      case "steps" -> steps(Path.of(arguments[1]));
      case "inference" -> inference(arguments[1], Integer.parseInt(arguments[2]), Optional.empty());
      case "tuned" ->
          inference(
              arguments[1],
              Integer.parseInt(arguments[2]),
              Optional.of(Tuning.keptIn(Path.of(arguments[3]))));
      case "training" -> training(arguments[1], Integer.parseInt(arguments[2]), arguments[3]);
      case "step" ->
          step(
              arguments[1],
              Integer.parseInt(arguments[2]),
              arguments.length == 3
                  ? Optional.empty()
                  : Optional.of(Tuning.keptIn(Path.of(arguments[3]))));
      case "epoch" -> epoch();
      case "averages" -> averages();
      case "profile" -> profile(arguments[1], Integer.parseInt(arguments[2]));
      case "start" -> start();
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void say(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
    System.out.flush();
  }

  private static List<CheckCase> cases() {
    List<CheckCase> all = new ArrayList<>();
    for (OperationCase operation : OperationCase.all()) {
      for (int around : new int[] {0, 3, 8}) {
        for (boolean add : new boolean[] {false, true}) {
          all.add(OperationPasses.checkCase(operation, around, add));
        }
      }
    }
    all.add(
        network(
            TestNetworks.Bottlenecks.class,
            TestNetworks_BottlenecksForward::new,
            TestNetworks_BottlenecksBackward::new));
    all.add(
        network(
            TestNetworks.Excited.class,
            TestNetworks_ExcitedForward::new,
            TestNetworks_ExcitedBackward::new));
    all.add(
        network(
            TestNetworks.Dropping.class,
            TestNetworks_DroppingForward::new,
            TestNetworks_DroppingBackward::new));
    all.add(
        network(
            CheckNetworks.CifarResNet20.class,
            CheckNetworks_CifarResNet20Forward::new,
            CheckNetworks_CifarResNet20Backward::new));
    all.add(
        network(
            CheckNetworks.SmallResNet50.class,
            CheckNetworks_SmallResNet50Forward::new,
            CheckNetworks_SmallResNet50Backward::new));
    all.add(
        network(
            CheckNetworks.SmallResNeXt50.class,
            CheckNetworks_SmallResNeXt50Forward::new,
            CheckNetworks_SmallResNeXt50Backward::new));
    all.add(
        network(
            CheckNetworks.SmallDenseNet121.class,
            CheckNetworks_SmallDenseNet121Forward::new,
            CheckNetworks_SmallDenseNet121Backward::new));
    return all;
  }

  static CheckCase network(
      Class<? extends Network> type,
      Function<InferenceBinder, ForwardPass> inference,
      Function<TrainingBinder, TrainingPass> training) {
    try (Network network =
        Networks.create(type, NetworkOptions.defaults().engine(new Nd4jEngine()))) {
      return new CheckCase(
          type.getSimpleName(),
          8,
          product(network.architecture().input()),
          product(network.architecture().output()),
          network.architecture().parameters(),
          inference,
          training,
          true);
    }
  }

  private static int product(List<Integer> sizes) {
    return sizes.stream().reduce(1, Math::multiplyExact);
  }

  private static void figures(Path file) throws IOException {
    try (DataOutputStream out = to(file)) {
      for (CheckCase each : cases()) {
        out.writeUTF(each.name());
        write(out, each.expected(new Nd4jEngine()));
      }
    }
  }

  private static void stepFigures(Path file) throws IOException {
    try (DataOutputStream out = to(file)) {
      for (CheckSteps.Steps each : CheckSteps.all()) {
        write(out, each.run(new Nd4jEngine()));
      }
    }
  }

  private static DataOutputStream to(Path file) throws IOException {
    return new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)));
  }

  private static void write(DataOutputStream out, Map<String, float[]> figures) throws IOException {
    out.writeInt(figures.size());
    for (Map.Entry<String, float[]> entry : figures.entrySet()) {
      out.writeUTF(entry.getKey());
      float[] some = CheckCase.sampled(entry.getValue());
      out.writeInt(some.length);
      for (float value : some) {
        out.writeFloat(value);
      }
    }
  }

  private static Map<String, float[]> read(DataInputStream in) throws IOException {
    Map<String, float[]> all = new LinkedHashMap<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      String name = in.readUTF();
      float[] values = new float[in.readInt()];
      for (int j = 0; j < values.length; j++) {
        values[j] = in.readFloat();
      }
      all.put(name, values);
    }
    return all;
  }

  private static void right(Path file) throws IOException {
    Map<Numerics, CudaEngine> engines = new LinkedHashMap<>();
    for (Numerics numerics : Numerics.values()) {
      engines.put(numerics, CudaEngine.open(0, numerics, true));
    }
    say("%s", engines.values());
    Map<String, Double> worst = new LinkedHashMap<>();
    int compared = 0;
    int wrong = 0;
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16))) {
      for (CheckCase each : cases()) {
        if (!in.readUTF().equals(each.name())) {
          throw new IOException("the figures are of another version: make them anew");
        }
        Map<String, float[]> expected = read(in);
        for (Map.Entry<Numerics, CudaEngine> entry : engines.entrySet()) {
          Numerics numerics = entry.getKey();
          try {
            Map<String, float[]> got = each.got(entry.getValue());
            for (Map.Entry<String, float[]> figure : expected.entrySet()) {
              float[] values = got.getOrDefault(figure.getKey(), new float[0]);
              double distance = CheckCase.distance(figure.getValue(), CheckCase.sampled(values));
              compared++;
              worst.merge(numerics + " " + figure.getKey(), distance, Math::max);
              // Rounding flips ReLUs and maxima, and norms of few values multiply it: gradients
              // of deep networks are judged in float only, in bfloat16 shown.
              boolean deep = each.name().matches("[A-Za-z0-9]+");
              boolean gradient = figure.getKey().startsWith("gradient");
              double bound =
                  BOUNDS.getOrDefault(numerics, 0.0)
                      * (!deep ? 1 : !gradient ? 5 : numerics == Numerics.FLOAT ? 300 : 1e9);
              if (distance > bound) {
                wrong++;
                if (wrong < 40) {
                  say(
                      "!! %s, %s, %s: off by %.2e",
                      each.name(), numerics, figure.getKey(), distance);
                }
              } else if (deep) {
                say("   %s, %s, %s: off by %.2e", each.name(), numerics, figure.getKey(), distance);
              }
            }
          } catch (RuntimeException e) {
            wrong++;
            if (wrong < 40) {
              say("!! %s, %s: %s", each.name(), numerics, e);
            }
          }
        }
      }
    }
    worst.forEach((what, distance) -> say("   largest of %s: %.2e", what, distance));
    say(">> RIGHT: %d figures compared, %d wrong", compared, wrong);
  }

  private static void steps(Path file) throws IOException {
    int compared = 0;
    int wrong = 0;
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16))) {
      for (CheckSteps.Steps each : CheckSteps.all()) {
        Map<String, float[]> expected = read(in);
        String name = each.type().getSimpleName() + " with " + each.name();
        for (Numerics numerics : Numerics.values()) {
          try {
            Map<String, float[]> got = each.run(CudaEngine.open(0, numerics, true));
            for (Map.Entry<String, float[]> figure : expected.entrySet()) {
              float[] values = CheckCase.sampled(got.getOrDefault(figure.getKey(), new float[0]));
              double distance = CheckCase.distance(figure.getValue(), values);
              say("   %s, %s, %s: off by %.2e", name, numerics, figure.getKey(), distance);
              // Rounding flips ReLUs, which moves gradients, and steps by Adam even more.
              boolean judged = !figure.getKey().startsWith("change");
              compared += judged ? 1 : 0;
              wrong += judged && distance > 10 * BOUNDS.getOrDefault(numerics, 0.0) ? 1 : 0;
            }
          } catch (RuntimeException e) {
            wrong++;
            say("!! %s, %s: %s", name, numerics, e);
          }
        }
      }
    }
    say(">> STEPS: %d figures compared, %d wrong", compared, wrong);
    for (Numerics numerics : List.of(Numerics.FLOAT, Numerics.BFLOAT16)) {
      boolean same =
          CheckSteps.endsWithTheSameBitsWhenTakenUpAgain(CudaEngine.open(0, numerics, true));
      say(
          ">> RESUMED in %s: %s as the training that was not stopped",
          numerics, same ? "the same bits" : "!! other bits");
    }
  }

  /** The median of some times, the first of which do not count. */
  private static double median(int warmUp, int runs, DoubleSupplier time) {
    double[] sorted =
        IntStream.range(0, warmUp + runs)
            .mapToDouble(i -> time.getAsDouble())
            .skip(warmUp)
            .sorted()
            .toArray();
    return sorted[sorted.length / 2];
  }

  private static double milliseconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e6;
  }

  private static CudaTraining bindTraining(
      CudaEngine engine, CheckCase network, Parameters parameters, Gradients gradients) {
    return (CudaTraining)
        engine.bindTraining(
            parameters,
            gradients,
            network.batch(),
            new TrainingSettings(false, List.of(), 0),
            network.training());
  }

  /** A network for measuring, with random weights. */
  private static CheckCase measured(String name, int batch) {
    CheckCase found =
        switch (name) {
          case "resnet50" ->
              network(
                  CheckNetworks.ResNet50.class,
                  CheckNetworks_ResNet50Forward::new,
                  CheckNetworks_ResNet50Backward::new);
          case "densenet121" ->
              network(
                  CheckNetworks.DenseNet121.class,
                  CheckNetworks_DenseNet121Forward::new,
                  CheckNetworks_DenseNet121Backward::new);
          case "resnet20" ->
              network(
                  CheckNetworks.CifarResNet20.class,
                  CheckNetworks_CifarResNet20Forward::new,
                  CheckNetworks_CifarResNet20Backward::new);
          default -> throw new IllegalArgumentException(name);
        };
    return new CheckCase(
        found.name(),
        batch,
        found.input(),
        found.output(),
        found.state(),
        found.inference(),
        found.training(),
        true);
  }

  private static void inference(String name, int batch, Optional<Tuning> tuning) {
    CudaEngine engine = CudaEngine.open(0, Numerics.BFLOAT16, false, tuning);
    CheckCase network = measured(name, batch);
    long begin = System.nanoTime();
    try (CudaInference plan =
        (CudaInference) engine.bindInference(network.parameters(), batch, network.inference())) {
      double bind = (System.nanoTime() - begin) / 1e6;
      FloatBuffer images = FloatBuffer.wrap(CheckCase.random(1, batch * network.input()));
      float[] result = new float[batch * network.output()];
      plan.run(images, FloatBuffer.wrap(result));
      int runs = batch > 64 ? 25 : 100;
      double graph = median(5, runs, plan::milliseconds);
      double whole =
          median(
              3,
              runs,
              () -> milliseconds(() -> plan.run(images.rewind(), FloatBuffer.wrap(result))));
      say(
          ">> OURS %s bf16 inference batch %d%s: graph %.3f ms, with copies from Java's heap %.3f ms; bound in %.0f ms",
          name, batch, tuning.isPresent() ? " with measured plans" : "", graph, whole, bind);
    }
  }

  private static void training(String name, int batch, String numbers) {
    CudaEngine engine = CudaEngine.open(0, Numerics.valueOf(numbers), false);
    CheckCase network = measured(name, batch);
    long begin = System.nanoTime();
    try (NativeBlock images = NativeBlock.allocate(4L * batch * network.input());
        NativeBlock gradient = NativeBlock.allocate(4L * batch * network.output());
        NativeBlock gradients = NativeBlock.allocate(4L * network.parameters().count());
        CudaTraining plan =
            bindTraining(
                engine,
                network,
                network.parameters(),
                new Gradients(network.state(), DataType.FLOAT))) {
      double bind = (System.nanoTime() - begin) / 1e6;
      float[] values = CheckCase.random(1, batch * network.input());
      NativeValues.floats(images.address(), values.length).put(values);
      float[] small = CheckCase.random(2, batch * network.output());
      NativeValues.floats(gradient.address(), small.length).put(small);
      plan.forward(images.address());
      plan.backward(gradient.address(), gradients.address());
      int runs = batch >= 256 ? 15 : 60;
      double graph = median(3, runs, plan::milliseconds);
      double whole =
          median(
              2,
              runs,
              () ->
                  milliseconds(
                      () -> {
                        plan.forward(images.address());
                        plan.backward(gradient.address(), gradients.address());
                      }));
      say(
          ">> OURS %s %s training pass batch %d: graphs %.3f ms, with copies of images and gradients %.3f ms; bound in %.0f ms",
          name, numbers, batch, graph, whole, bind);
    }
  }

  /** A whole step as one graph; the loss is softmax cross entropy. */
  private static void step(String name, int batch, Optional<Tuning> tuning) {
    CudaEngine engine = CudaEngine.open(0, Numerics.BFLOAT16, false, tuning);
    CheckCase network = measured(name, batch);
    Parameters parameters = network.parameters();
    Gradients gradients = new Gradients(network.state(), DataType.FLOAT);
    INDArray state = Nd4j.create(DataType.FLOAT, 1, parameters.count());
    INDArray images =
        Nd4j.createFromArray(CheckCase.random(1, batch * network.input()))
            .reshape(batch, network.input());
    INDArray output = Nd4j.create(DataType.FLOAT, batch, network.output());
    int[] labels = new int[batch];
    Arrays.setAll(labels, i -> i * 7 % network.output());
    SoftTargets targets =
        Loss.softmaxCrossEntropy(labels).softTargets(output.shape()).orElseThrow();
    List<Optional<CrossEntropy>> losses = List.of(Optional.of(new CrossEntropy(targets, 1)));
    OptimizerStep step =
        new OptimizerStep(
            0.02,
            0,
            Double.POSITIVE_INFINITY,
            List.of(new OptimizerStep.Segment(0, parameters.count(), false, 1, 1e-4, 0)));
    long begin = System.nanoTime();
    try (CudaTraining plan = bindTraining(engine, network, parameters, gradients)) {
      BoundOptimizer optimizer =
          engine
              .bindOptimizer(parameters, gradients, new UpdateRule.Momentum(0.9, false), state)
              .orElseThrow();
      plan.step(images, List.of(output), losses, optimizer, step);
      double bind = (System.nanoTime() - begin) / 1e6;
      int runs = batch >= 256 ? 15 : 60;
      double graph = median(3, runs, () -> plan.milliseconds(optimizer, step));
      double whole =
          median(
              2,
              runs,
              () ->
                  milliseconds(() -> plan.step(images, List.of(output), losses, optimizer, step)));
      say(
          ">> OURS %s bf16 training step batch %d%s: graph %.3f ms, with copies of images and losses %.3f ms; bound in %.0f ms",
          name, batch, tuning.isPresent() ? " with measured plans" : "", graph, whole, bind);
    }
  }

  private static void epoch() {
    double[] seconds =
        CheckSteps.epochs(CudaEngine.open(0, Numerics.BFLOAT16, false), 25_600, 128, 3);
    say(
        ">> OURS resnet20 bf16, epochs of 25,600 images in batches of 128 with their loading: %s s",
        Arrays.toString(seconds));
  }

  /** What an average of the weights takes behind a step, on the device and on the host. */
  private static void averages() {
    CudaEngine engine = CudaEngine.open(0, Numerics.BFLOAT16, false);
    NetworkOptions options = NetworkOptions.defaults().engine(engine);
    try (Network network = Networks.create(CheckNetworks.CifarResNet20.class, options)) {
      Optimizer optimizer = Optimizer.of(network, new Momentum(0.02, 0.9));
      INDArray images =
          Nd4j.createFromArray(CheckCase.random(1, 4 * 3 * 32 * 32)).reshape(4, 3, 32, 32);
      Losses losses = Losses.of(Loss.softmaxCrossEntropy(0, 1, 2, 3));
      Map<String, WeightAverage> all = new LinkedHashMap<>();
      all.put("the device", new WeightAverage(network, 0.99));
      all.put("the host", new WeightAverage(network.parameters(), 0.99));
      all.forEach(
          (where, average) ->
              say(
                  ">> OURS resnet20: averages of the weights on %s take %.3f ms a step",
                  where,
                  median(
                      3,
                      20,
                      () -> {
                        optimizer.train(images, losses);
                        return milliseconds(average::update);
                      })));
    }
  }

  private static void profile(String name, int batch) {
    CudaEngine engine = CudaEngine.open(0, Numerics.BFLOAT16, false);
    CheckCase network = measured(name, batch);
    try (CudaInference plan =
        (CudaInference) engine.bindInference(network.parameters(), batch, network.inference())) {
      List<KernelTime> times = plan.profile(5);
      say("%s", KernelTime.table(times, engine.toString(), batch, plan.milliseconds()));
    }
    try (CudaTraining plan =
        bindTraining(
            engine,
            network,
            network.parameters(),
            new Gradients(network.state(), DataType.FLOAT))) {
      Map<String, double[]> kinds = new LinkedHashMap<>();
      for (KernelTime time : plan.profile(3)) {
        String kind = time.kernel().startsWith("cuDNN") ? "cuDNN" : time.kernel();
        double[] sum = kinds.computeIfAbsent(kind, k -> new double[3]);
        sum[0] += time.milliseconds();
        sum[1]++;
        sum[2] += time.bytes();
      }
      kinds.forEach(
          (kind, sum) ->
              say(
                  "   training: %-28s %8.3f ms in %4.0f, %8.3f GB, %5.2f TB/s",
                  kind, sum[0], sum[1], sum[2] / 1e9, sum[2] / 1e9 / sum[0]));
    }
  }

  private static void start() {
    CudaEngine engine = CudaEngine.open(0, Numerics.BFLOAT16, false);
    CheckCase network = measured("resnet50", 1);
    try (BoundInference plan = engine.bindInference(network.parameters(), 1, network.inference())) {
      float[] result = new float[network.output()];
      plan.run(FloatBuffer.wrap(new float[network.input()]), FloatBuffer.wrap(result));
      long since =
          System.currentTimeMillis()
              - java.lang.management.ManagementFactory.getRuntimeMXBean().getStartTime();
      say(">> OURS resnet50: %d ms from the JVM's start to the first prediction", since);
    }
  }
}
