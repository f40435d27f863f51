package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.engine.BoundInference;
import io.blockwork.engine.BoundTraining;
import io.blockwork.engine.Engine;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.engine.nd4j.Nd4jEngine;
import io.blockwork.parameters.Gradients;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.Parameters;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every operation against ND4J's engine, on whole tensors and on slices of channels, aligned and
 * not; gradients written, and added to.
 */
class OperationsTest {
  private static final int BATCH = 3;

  /** Channels before and behind a slice: none, not aligned, aligned. */
  private static final List<Integer> AROUND = List.of(0, 3, 8);

  private static final Map<Numerics, Double> BOUNDS =
      Map.of(Numerics.FLOAT, 1e-5, Numerics.BFLOAT16, 3e-2);

  private static final Map<Numerics, Engine> ENGINES = new EnumMap<>(Numerics.class);

  @BeforeAll
  static void emulate() {
    Emulator emulator = Emulator.get();
    BOUNDS.keySet().forEach(n -> ENGINES.put(n, emulator.engine(n)));
  }

  static Stream<OperationCase> inferring() {
    return OperationCase.all().stream();
  }

  static Stream<OperationCase> training() {
    return OperationCase.all().stream().filter(OperationCase::trains);
  }

  @ParameterizedTest
  @MethodSource("inferring")
  void infersAsTheOtherEngineDoes(OperationCase operation) {
    INDArray images = random(1, DataType.FLOAT, operation.input());
    for (int around : AROUND) {
      INDArray expected = infer(new Nd4jEngine(), operation, around, images);
      ENGINES.forEach(
          (numerics, engine) ->
              compare(
                  operation + ", around " + around,
                  numerics,
                  expected,
                  infer(engine, operation, around, images)));
    }
  }

  @ParameterizedTest
  @MethodSource("training")
  void trainsAsTheOtherEngineDoes(OperationCase operation) {
    INDArray images = random(1, DataType.FLOAT, operation.input());
    for (int around : AROUND) {
      for (boolean add : new boolean[] {false, true}) {
        Map<String, INDArray> expected = train(new Nd4jEngine(), operation, around, add, images);
        ENGINES.forEach(
            (numerics, engine) -> {
              Map<String, INDArray> got = train(engine, operation, around, add, images);
              expected.forEach(
                  (name, values) ->
                      compare(
                          "%s, around %d, adding %s: %s".formatted(operation, around, add, name),
                          numerics,
                          values,
                          got.getOrDefault(name, Nd4j.scalar(Double.NaN))));
            });
      }
    }
  }

  private static void compare(String what, Numerics numerics, INDArray expected, INDArray got) {
    double scale = Math.max(1e-3, expected.norm2Number().doubleValue());
    double error = expected.sub(got).norm2Number().doubleValue() / scale;
    assertEquals(0, error, BOUNDS.getOrDefault(numerics, 0.0), what + ", " + numerics);
  }

  private static INDArray random(long seed, DataType type, int... shape) {
    long[] all = new long[shape.length + 1];
    all[0] = BATCH;
    for (int i = 0; i < shape.length; i++) {
      all[i + 1] = shape[i];
    }
    return random(seed, type, all);
  }

  /** Values that bfloat16 has, all different, so that no maximum is a tie. */
  private static INDArray random(long seed, DataType type, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    INDArray array = Nd4j.create(type, shape);
    for (long i = 0; i < array.length(); i++) {
      float value = (float) (2 * random.nextDouble() - 1);
      array.putScalar(i, Float.intBitsToFloat(Float.floatToIntBits(value) & 0xffff0000));
    }
    return array;
  }

  private static Parameters parameters(OperationCase operation) {
    Parameters parameters = new Parameters(operation.state(), DataType.FLOAT);
    long seed = 100;
    for (ParameterInfo info : operation.state()) {
      INDArray values = random(seed++, DataType.FLOAT, info.dimensions());
      if (info.kind() == ParameterInfo.Kind.RUNNING_VAR) {
        values.muli(0.5).addi(1);
      }
      if (info.kind() != ParameterInfo.Kind.NUM_BATCHES_TRACKED) {
        parameters.set(info.name(), values);
      }
    }
    return parameters;
  }

  private static INDArray infer(
      Engine engine, OperationCase operation, int around, INDArray images) {
    INDArray result = Nd4j.create(DataType.FLOAT, output(operation));
    try (BoundInference bound =
        engine.bindInference(
            parameters(operation),
            BATCH,
            bind -> OperationPasses.inference(bind, operation, around))) {
      // Twice: nothing may be left over from the first run.
      bound.run(images, result);
      bound.run(images, result);
    }
    return result;
  }

  private static long[] output(OperationCase operation) {
    int[] out = operation.output();
    return new long[] {BATCH, out[0], out[1], out[2]};
  }

  private static Map<String, INDArray> train(
      Engine engine, OperationCase operation, int around, boolean add, INDArray images) {
    Parameters parameters = parameters(operation);
    parameters.passes(5);
    Gradients gradients = new Gradients(operation.state(), DataType.FLOAT);
    INDArray result = Nd4j.create(DataType.FLOAT, output(operation));
    INDArray outputGradient = random(7, DataType.FLOAT, operation.output());
    INDArray inputGradient = Nd4j.create(DataType.FLOAT, images.shape());
    try (BoundTraining bound =
        engine.bindTraining(
            parameters,
            gradients,
            BATCH,
            new TrainingSettings(true, List.of(), 42),
            bind -> OperationPasses.training(bind, operation, around, add))) {
      bound.forward(images, result);
      bound.backward(outputGradient);
      bound.inputGradient(inputGradient);
    }
    Map<String, INDArray> all = new TreeMap<>();
    all.put("output", result);
    all.put("gradient of the input", inputGradient);
    for (ParameterInfo info : operation.state()) {
      // The norm behind a convolution is for inference.
      if (!info.name().startsWith("norm")) {
        all.put(info.name(), parameters.get(info.name()).castTo(DataType.FLOAT));
        if (info.kind().learnable()) {
          all.put("gradient of " + info.name(), gradients.get(info.name()).dup());
        }
      }
    }
    return all;
  }
}
