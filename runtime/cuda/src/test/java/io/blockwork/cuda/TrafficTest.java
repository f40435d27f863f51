package io.blockwork.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.blockwork.cuda.dnn.Numerics;
import io.blockwork.engine.TrainingSettings;
import io.blockwork.parameters.Gradients;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * What the kernels of ResNet-50's training pass read and write: on a GPU that decides how long
 * those take that do not multiply matrices. At 64 x 64 all tensors are in the proportions of 224 x
 * 224.
 */
class TrafficTest {
  private static final int BATCH = 2;

  /** Values of an image: outputs of all convolutions, of the last of each block, of the stem. */
  private static final long CONVOLUTIONS = 907_264;

  private static final long SUMS = 450_560;
  private static final long STEM = 64 * 32 * 32;
  private static final long POOLED = STEM / 4;

  private static List<Emitter.Launch> launches() {
    CheckCase network =
        Check.network(
            CheckNetworks.SmallResNet50.class,
            CheckNetworks_SmallResNet50Forward::new,
            CheckNetworks_SmallResNet50Backward::new);
    CudaEngine engine = Emulator.get().engine(Numerics.BFLOAT16);
    try (CudaTraining plan =
        (CudaTraining)
            engine.bindTraining(
                network.parameters(),
                new Gradients(network.state(), DataType.FLOAT),
                BATCH,
                new TrainingSettings(false, List.of(), 0),
                network.training())) {
      return plan.launches();
    }
  }

  @Test
  void aPassOfResNet50ReadsAndWritesWhatItMust() {
    List<Emitter.Launch> launches = launches();
    Map<String, Long> values =
        launches.stream()
            .collect(
                Collectors.groupingBy(
                    Emitter.Launch::what,
                    TreeMap::new,
                    Collectors.summingLong(launch -> launch.bytes() / BATCH / Short.BYTES)));
    // Each convolution's output once.
    assertEquals(CONVOLUTIONS, values.get("norm_statistics_wide"));
    // Reads it and writes what follows; the sums read the shortcut too, which may be a
    // convolution's.
    long shortcuts = values.getOrDefault("affine_wide", 0L) - 2 * (CONVOLUTIONS - STEM);
    assertEquals(SUMS - 2 * shortcuts(), shortcuts);
    // The stem's norm, its ReLU and the pool in one.
    assertEquals(STEM + POOLED, values.get("small_max_pool_wide"));
    assertEquals(2 * STEM + 2 * POOLED, values.get("max_pool_norm_sums_wide"));
    // The gradient of each norm's input from that of its output.
    assertEquals(3 * CONVOLUTIONS, values.get("norm_backward_wide"));
    // Gradient and input; of sums also another gradient, and the sum of both is written.
    long last = 2048 * 2 * 2;
    assertEquals(2 * (CONVOLUTIONS - STEM) + 2 * SUMS - last, values.get("norm_sums_wide"));
    for (String none :
        List.of("sum_wide", "activation_backward_wide", "small_max_pool_backward_wide")) {
      assertEquals(0, count(launches, launch -> launch.what().equals(none)), none);
    }
  }

  /** Values of the shortcuts that are convolutions, whose norms the sums take in. */
  private static long shortcuts() {
    return 256 * 16 * 16 + 512 * 8 * 8 + 1024 * 4 * 4 + 2048 * 2 * 2;
  }

  private static long count(List<Emitter.Launch> launches, Predicate<Emitter.Launch> which) {
    return launches.stream().filter(which).count();
  }
}
