package io.blockwork.parameters;

import io.blockwork.memory.NativeValues;
import java.lang.ref.Reference;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.zip.CRC32;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The parameters that a new network starts with: what their entries say, or else as torchvision's
 * ResNet: convolutions normal with a variance of {@code 2 / fan-out} (He et al. 2015), linear
 * layers uniform within {@code 1 / sqrt(in)} (torch's default), batch norms one and zero.
 *
 * <p>Every entry has a stream of random numbers of its own, made from the seed and its name, so
 * that neither the engine nor the other layers have a say in it.
 */
final class Initializer implements InitialValues {
  /** Values at a time on their way to native memory. */
  private static final int RUN = 4096;

  private final long seed;

  /** Inputs of the linear layers, by the names of their weights. */
  private final Map<String, Integer> fanIn = new HashMap<>();

  /**
   * @param state every entry of the network
   */
  Initializer(long seed, List<ParameterInfo> state) {
    this.seed = seed;
    for (ParameterInfo info : state) {
      if (info.kind() == ParameterInfo.Kind.LINEAR_WEIGHT) {
        fanIn.put(info.name(), info.shape().get(1));
      }
    }
  }

  @Override
  public void fill(ParameterInfo info, NativeValues values) {
    if (info.initial().isPresent()) {
      draw(info, info.initial().get(), values);
      return;
    }
    switch (info.kind()) {
      case CONV_WEIGHT -> normal(info, values);
      case LINEAR_WEIGHT, LINEAR_BIAS -> uniform(info, values);
      case NORM_WEIGHT, SCALE, RUNNING_VAR -> write(values, run -> Arrays.fill(run, 1));
      case NORM_WEIGHT_ZERO, NORM_BIAS, BIAS, RUNNING_MEAN, NUM_BATCHES_TRACKED -> values.clear();
    }
  }

  private void draw(ParameterInfo info, Initial initial, NativeValues values) {
    SplittableRandom random = random(info);
    DoubleSupplier one =
        switch (initial.distribution()) {
          case CONSTANT -> initial::a;
          case UNIFORM -> () -> initial.a() + (initial.b() - initial.a()) * random.nextDouble();
          case NORMAL -> () -> initial.a() * random.nextGaussian();
          case TRUNCATED_NORMAL -> () -> truncated(initial, random);
        };
    write(values, run -> Arrays.setAll(run, i -> one.getAsDouble()));
  }

  private static double truncated(Initial initial, SplittableRandom random) {
    while (true) {
      double value = initial.a() * random.nextGaussian();
      if (value >= initial.b() && value <= initial.c()) {
        return value;
      }
    }
  }

  private void uniform(ParameterInfo info, NativeValues values) {
    SplittableRandom random = random(info);
    // Of a bias, the inputs of the weight beside it.
    String weight = info.name().replaceFirst("\\.bias$", ".weight");
    double bound = 1 / Math.sqrt(fanIn.getOrDefault(weight, 1));
    write(
        values,
        run -> {
          for (int i = 0; i < run.length; i++) {
            run[i] = bound * (2 * random.nextDouble() - 1);
          }
        });
  }

  private void normal(ParameterInfo info, NativeValues values) {
    SplittableRandom random = random(info);
    // Fan-out as torch counts it, which does not divide by the groups: out * kH * kW.
    long fanOut = (long) info.shape().get(0) * info.shape().get(2) * info.shape().get(3);
    double deviation = Math.sqrt(2.0 / fanOut);
    write(
        values,
        run -> {
          for (int i = 0; i < run.length; i++) {
            run[i] = deviation * random.nextGaussian();
          }
        });
  }

  /** Writes all values, a run at a time. */
  private static void write(NativeValues values, Consumer<double[]> next) {
    double[] run = new double[RUN];
    if (values.type() == DataType.DOUBLE) {
      DoubleBuffer to = values.doubles();
      while (to.hasRemaining()) {
        next.accept(run);
        to.put(run, 0, Math.min(RUN, to.remaining()));
      }
    } else {
      FloatBuffer to = values.floats();
      float[] floats = new float[RUN];
      while (to.hasRemaining()) {
        next.accept(run);
        for (int i = 0; i < RUN; i++) {
          floats[i] = (float) run[i];
        }
        to.put(floats, 0, Math.min(RUN, to.remaining()));
      }
    }
    Reference.reachabilityFence(values);
  }

  private SplittableRandom random(ParameterInfo info) {
    CRC32 name = new CRC32();
    name.update(info.name().getBytes(StandardCharsets.UTF_8));
    return new SplittableRandom(new SplittableRandom(seed).nextLong() ^ (name.getValue() << 16));
  }
}
