package io.blockwork.engine;

import static com.google.common.truth.Truth.assertThat;
import static com.google.common.truth.Truth.assertWithMessage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blockwork.engine.onednn.OneDnnEngine;
import io.blockwork.parameters.ParameterInfo;
import io.blockwork.parameters.ParameterInfo.Kind;
import io.blockwork.parameters.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Dense blocks of bytes, whose norms are computed by code of our own that gathers slices. Without
 * it, slices are copied to and fro and oneDNN computes the norms: every bit is the same.
 */
@DisplayName("Norms of slices of bytes are exact")
final class QuantizedSlicesTest {
  private static final String SWITCH = "blockwork.winograd";

  /**
   * A dense block with a norm behind it.
   *
   * @param first channels that it starts with
   * @param growth channels that each layer adds
   * @param layers how many
   * @param size rows and columns
   * @param inPlace whether the last norm overwrites its input
   * @param other whether a convolution reads a slice too, so that slices have to lie in one tensor
   */
  private record Block(
      int batch, int first, int growth, int layers, int size, boolean inPlace, boolean other) {
    int channels() {
      return first + layers * growth;
    }

    int before(int layer) {
      return first + layer * growth;
    }

    Parameters parameters(long seed) {
      List<ParameterInfo> all = new ArrayList<>();
      all.add(conv("stem", first, 3, 1));
      for (int i = 0; i < layers; i++) {
        norm(all, "norm" + i, before(i));
        all.add(conv("conv" + i, growth, before(i), 3));
      }
      norm(all, "last", channels());
      all.add(conv("end", 5, channels(), 1));
      if (other) {
        all.add(conv("other", 5, first, 1));
      }
      Parameters parameters = Parameters.initial(all, DataType.FLOAT, seed);
      for (ParameterInfo info : all) {
        if (info.kind() == Kind.NORM_WEIGHT || info.kind() == Kind.RUNNING_MEAN) {
          parameters.set(info.name(), Fill.array(info.name(), DataType.FLOAT, info.dimensions()));
        }
      }
      return parameters;
    }

    private static ParameterInfo conv(String path, int out, int in, int kernel) {
      return new ParameterInfo(
          path + ".weight", Kind.CONV_WEIGHT, List.of(out, in, kernel, kernel));
    }

    private static void norm(List<ParameterInfo> all, String path, int channels) {
      List<Integer> each = List.of(channels);
      all.add(new ParameterInfo(path + ".weight", Kind.NORM_WEIGHT, each));
      all.add(new ParameterInfo(path + ".bias", Kind.NORM_BIAS, each));
      all.add(new ParameterInfo(path + ".running_mean", Kind.RUNNING_MEAN, each));
      all.add(new ParameterInfo(path + ".running_var", Kind.RUNNING_VAR, each));
      all.add(
          new ParameterInfo(path + ".num_batches_tracked", Kind.NUM_BATCHES_TRACKED, List.of()));
    }

    ForwardPass bind(InferenceBinder bind) {
      long pixels = (long) size * size;
      long wide = channels() * pixels;
      bind.slots(3 * pixels, wide, wide, wide, 5 * pixels, 5 * pixels);
      Tensor input = bind.slot(0, 3, size, size);
      Tensor all = bind.slot(1, channels(), size, size);
      Tensor output = bind.slot(4, 5, size, size);
      Conv stem = Conv.conv(3, first, 1);
      List<Kernel> kernels = new ArrayList<>();
      kernels.add(bind.conv2d("stem", stem, input, all.slice(0, first), Epilogue.none()));
      for (int i = 0; i < layers; i++) {
        Tensor normed = bind.slot(2, before(i), size, size);
        Norm norm = Norm.norm();
        kernels.add(
            bind.batchNorm("norm" + i, norm, Activation.RELU, all.slice(0, before(i)), normed));
        Conv conv = Conv.conv(before(i), growth, 3).padding(1);
        Tensor added = all.slice(before(i), before(i + 1));
        kernels.add(bind.conv2d("conv" + i, conv, normed, added, Epilogue.none()));
      }
      Tensor last = inPlace ? all : bind.slot(3, channels(), size, size);
      Conv end = Conv.conv(channels(), 5, 1);
      if (other) {
        Tensor side = bind.slot(5, 5, size, size);
        Conv conv = Conv.conv(first, 5, 1);
        kernels.add(bind.conv2d("other", conv, all.slice(0, first), side, Epilogue.none()));
        kernels.add(bind.batchNorm("last", Norm.norm(), Activation.RELU, all, last));
        kernels.add(bind.conv2d("end", end, last, output, Epilogue.none().add(side)));
      } else {
        kernels.add(bind.batchNorm("last", Norm.norm(), Activation.RELU, all, last));
        kernels.add(bind.conv2d("end", end, last, output, Epilogue.none()));
      }
      return OpPasses.pass(input, output, kernels.toArray(Kernel[]::new));
    }

    private OneDnnEngine engine(Parameters parameters, int threads, INDArray images) {
      Quantization ranges = QuantizedLayersTest.ranges(parameters, images, this::bind);
      return new OneDnnEngine(EngineOptions.defaults().threads(threads).quantization(ranges));
    }

    INDArray images() {
      return Fill.array("input", DataType.FLOAT, batch, 3, size, size);
    }

    INDArray output(OneDnnEngine engine, Parameters parameters) {
      INDArray output = Nd4j.create(DataType.FLOAT, batch, 5, size, size);
      Function<InferenceBinder, ForwardPass> pass = this::bind;
      try (BoundInference bound = engine.bindInference(parameters, batch, pass)) {
        // Twice: nothing may be left over from the first run.
        bound.run(images(), output);
        bound.run(images(), output);
      }
      return output;
    }
  }

  @BeforeAll
  static void requireOneDnn() {
    assumeTrue(OneDnnEngine.isAvailable(), "oneDNN cannot be loaded");
  }

  @AfterEach
  void switchOn() {
    System.clearProperty(SWITCH);
  }

  private static Block random(Random random) {
    return new Block(
        1 + random.nextInt(3),
        8 + random.nextInt(60),
        8 + random.nextInt(40),
        1 + random.nextInt(3),
        1 + random.nextInt(12),
        random.nextBoolean(),
        random.nextInt(3) == 0);
  }

  @ParameterizedTest(name = "with {0} threads")
  @ValueSource(ints = {1, 2})
  void allBitsAreTheSameAsWithCopies(int threads) {
    Random random = new Random(threads);
    for (int i = 0; i < 20; i++) {
      Block block = random(random);
      Parameters parameters = block.parameters(i);
      OneDnnEngine engine = block.engine(parameters, threads, block.images());
      INDArray gathered = block.output(engine, parameters);
      System.setProperty(SWITCH, "off");
      INDArray copied = block.output(engine, parameters);
      System.clearProperty(SWITCH);
      assertWithMessage("%s", block).that(gathered).isEqualTo(copied);
    }
  }

  private static String profile(Block block) {
    Parameters parameters = block.parameters(1);
    return block
        .engine(parameters, 1, block.images())
        .profile(parameters, block.images(), block::bind);
  }

  @ParameterizedTest(name = "in place: {0}")
  @ValueSource(booleans = {false, true})
  void nothingIsCopiedWhereCodeOfOurOwnGathers(boolean inPlace) {
    String profile = profile(new Block(1, 20, 16, 3, 5, inPlace, false));
    assumeTrue(profile.contains("bytes:"), "no code of our own here");
    assertThat(profile).doesNotContain("reorder");
  }

  /** The memory beside the first block's, where its last norm writes, serves the second's too. */
  @Test
  void blocksThatFollowEachOtherAreExactToo() {
    Block block = new Block(2, 32, 24, 2, 6, true, false);
    Parameters parameters = block.parameters(5);
    Function<InferenceBinder, ForwardPass> pass = bind -> chain(bind, block);
    INDArray images = Fill.array("input", DataType.FLOAT, 2, block.channels(), 6, 6);
    Quantization ranges = QuantizedLayersTest.ranges(parameters, images, pass);
    OneDnnEngine engine = new OneDnnEngine(EngineOptions.defaults().quantization(ranges));
    INDArray[] outputs = new INDArray[2];
    for (int i = 0; i < outputs.length; i++) {
      System.setProperty(SWITCH, i == 0 ? "on" : "off");
      outputs[i] = Nd4j.create(DataType.FLOAT, 2, block.channels(), 6, 6);
      try (BoundInference bound = engine.bindInference(parameters, 2, pass)) {
        bound.run(images, outputs[i]);
      }
    }
    assertThat(outputs[0]).isEqualTo(outputs[1]);
  }

  /** Two parts are copied, normed over themselves and convolved, three times. */
  private static ForwardPass chain(InferenceBinder bind, Block block) {
    int channels = block.channels();
    long wide = channels * 36L;
    bind.slots(wide, wide, wide, wide);
    Tensor input = bind.slot(0, channels, 6, 6);
    Tensor output = bind.slot(3, channels, 6, 6);
    List<Kernel> kernels = new ArrayList<>();
    Tensor from = input;
    for (int i = 0; i < 3; i++) {
      Tensor all = bind.slot(1, channels, 6, 6);
      for (int[] part : new int[][] {{0, 32}, {32, channels}}) {
        kernels.add(bind.copy("copy", from.slice(part[0], part[1]), all.slice(part[0], part[1])));
      }
      kernels.add(bind.batchNorm("last", Norm.norm(), Activation.RELU, all, all));
      from = i < 2 ? bind.slot(2, channels, 6, 6) : output;
      Window window = Window.window(3).stride(1).padding(1);
      kernels.add(bind.maxPool("pool", window, all, from));
    }
    return OpPasses.pass(input, output, kernels.toArray(Kernel[]::new));
  }

  @Test
  void narrowSlicesAreReadInOnePieceAllTheSame() {
    String profile = profile(new Block(1, 24, 12, 2, 5, false, false));
    assumeTrue(profile.contains("bytes:"), "no code of our own here");
    assertThat(profile.lines().filter(line -> line.contains("reorder")).count()).isEqualTo(3);
  }
}
