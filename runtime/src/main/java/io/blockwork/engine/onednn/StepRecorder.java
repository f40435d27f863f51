package io.blockwork.engine.onednn;

import io.blockwork.engine.Activation;
import io.blockwork.engine.Addend;
import io.blockwork.engine.Affine;
import io.blockwork.engine.Conv;
import io.blockwork.engine.Epilogue;
import io.blockwork.engine.GroupNorm;
import io.blockwork.engine.InferenceBinder;
import io.blockwork.engine.Kernel;
import io.blockwork.engine.LayerNorm;
import io.blockwork.engine.Linear;
import io.blockwork.engine.LocalResponseNorm;
import io.blockwork.engine.Norm;
import io.blockwork.engine.Padding;
import io.blockwork.engine.Tensor;
import io.blockwork.engine.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Takes down the layers of an inference pass one by one, so that each can be bound in integers or
 * in single precision once all are known.
 */
final class StepRecorder implements InferenceBinder {
  /** A layer's kernel, which gets its calls later. */
  static final class Calls implements Kernel {
    private Runnable[] calls = {};

    void set(List<Runnable> made) {
      calls = made.toArray(Runnable[]::new);
    }

    /** Does something after the layer has run. */
    void then(Runnable action) {
      calls = Arrays.copyOf(calls, calls.length + 1);
      calls[calls.length - 1] = action;
    }

    @Override
    public void run() {
      for (Runnable call : calls) {
        call.run();
      }
    }
  }

  private final Memories memories = new Memories();
  private final List<Step> steps = new ArrayList<>();
  private final List<Calls> kernels = new ArrayList<>();
  private final Set<String> keys = new HashSet<>();

  Memories memories() {
    return memories;
  }

  /** The layers in order. */
  List<Step> steps() {
    return steps;
  }

  /** The kernel of the layer of that number. */
  Calls kernel(int step) {
    return kernels.get(step);
  }

  private Kernel step(
      String path, String kind, List<Tensor> reads, Tensor write, Step.Floats floats) {
    return step(path, kind, reads, write, floats, Optional.empty());
  }

  private Kernel step(
      String path,
      String kind,
      List<Tensor> reads,
      Tensor write,
      Step.Floats floats,
      Optional<ByteLayer> bytes) {
    String key = path + ' ' + kind;
    for (int again = 2; !keys.add(key); again++) {
      key = path + ' ' + kind + ' ' + again;
    }
    List<PlanTensor> from = reads.stream().map(memories::use).toList();
    steps.add(new Step(key, path, from, memories.use(write), floats, bytes));
    Calls kernel = new Calls();
    kernels.add(kernel);
    return kernel;
  }

  /** Binds a layer that reads one tensor. */
  @FunctionalInterface
  private interface OneInput {
    Kernel bind(InferenceBinder binder, PlanTensor from, PlanTensor to);
  }

  private Kernel one(String path, String kind, Tensor src, Tensor dst, OneInput floats) {
    return one(path, kind, src, dst, floats, Optional.empty());
  }

  private Kernel one(
      String path,
      String kind,
      Tensor src,
      Tensor dst,
      OneInput floats,
      Optional<ByteLayer> bytes) {
    return step(
        path,
        kind,
        List.of(src),
        dst,
        (binder, from, to) -> floats.bind(binder, from.get(0), to),
        bytes);
  }

  private static String name(Activation activation) {
    return activation.function() + " " + activation.alpha() + ' ' + activation.beta();
  }

  @Override
  public void slots(long... elements) {
    memories.slots(elements);
  }

  @Override
  public Tensor slot(int slot, int channels, int height, int width) {
    return memories.slot(slot, channels, height, width);
  }

  @Override
  public Kernel conv2d(String path, Conv conv, Tensor src, Tensor dst, Epilogue epilogue) {
    FoldedWeight weight =
        new FoldedWeight(path, conv.bias(), epilogue.norm(), epilogue.eps(), epilogue.factor());
    List<Tensor> reads = Stream.concat(Stream.of(src), epilogue.residual().stream()).toList();
    boolean sum = reads.size() > 1;
    return step(
        path,
        "conv " + epilogue.norm().orElse("") + (sum ? " sum " : " ") + name(epilogue.activation()),
        reads,
        dst,
        (binder, from, to) ->
            binder.conv2d(path, conv, from.get(0), to, sum ? epilogue.add(from.get(1)) : epilogue),
        ByteConvolution.of(conv, weight, epilogue.activation(), sum));
  }

  @Override
  public Kernel batchNorm(String path, Norm norm, Activation activation, Tensor src, Tensor dst) {
    return one(
        path,
        "norm " + name(activation),
        src,
        dst,
        (binder, from, to) -> binder.batchNorm(path, norm, activation, from, to),
        ByteNorm.of(norm, activation));
  }

  @Override
  public Kernel maxPool(String path, Window window, Tensor src, Tensor dst) {
    return one(
        path,
        "max pool",
        src,
        dst,
        (binder, from, to) -> binder.maxPool(path, window, from, to),
        BytePool.of(Pool.of(true, window, memories.use(src))));
  }

  @Override
  public Kernel avgPool(String path, Window window, Tensor src, Tensor dst) {
    return one(
        path,
        "average pool",
        src,
        dst,
        (binder, from, to) -> binder.avgPool(path, window, from, to),
        BytePool.of(Pool.of(false, window, memories.use(src))));
  }

  @Override
  public Kernel adaptiveAvgPool(String path, Tensor src, Tensor dst) {
    return one(
        path,
        "adaptive average pool",
        src,
        dst,
        (binder, from, to) -> binder.adaptiveAvgPool(path, from, to));
  }

  @Override
  public Kernel adaptiveMaxPool(String path, Tensor src, Tensor dst) {
    return one(
        path,
        "adaptive max pool",
        src,
        dst,
        (binder, from, to) -> binder.adaptiveMaxPool(path, from, to));
  }

  @Override
  public Kernel globalAvgPool(String path, Tensor src, Tensor dst) {
    return one(
        path,
        "global average pool",
        src,
        dst,
        (binder, from, to) -> binder.globalAvgPool(path, from, to));
  }

  @Override
  public Kernel globalMaxPool(String path, Tensor src, Tensor dst) {
    return one(
        path,
        "global max pool",
        src,
        dst,
        (binder, from, to) -> binder.globalMaxPool(path, from, to));
  }

  @Override
  public Kernel linear(String path, Linear linear, Activation activation, Tensor src, Tensor dst) {
    boolean asConvolution = dst.height() * dst.width() > 1 || src.height() * src.width() == 1;
    Conv conv = Conv.conv(src.channels(), dst.channels(), 1);
    FoldedWeight weight = FoldedWeight.plain(path, linear.bias());
    return one(
        path,
        "linear " + name(activation),
        src,
        dst,
        (binder, from, to) -> binder.linear(path, linear, activation, from, to),
        asConvolution ? ByteConvolution.of(conv, weight, activation, false) : Optional.empty());
  }

  @Override
  public Kernel flatten(String path, Tensor src, Tensor dst) {
    return one(path, "flatten", src, dst, (binder, from, to) -> binder.flatten(path, from, to));
  }

  @Override
  public Kernel zeroPad(String path, Padding padding, Tensor src, Tensor dst) {
    return one(
        path, "zero pad", src, dst, (binder, from, to) -> binder.zeroPad(path, padding, from, to));
  }

  @Override
  public Kernel sum(String path, Activation activation, Tensor dst, Addend... addends) {
    double[] factors = Arrays.stream(addends).mapToDouble(Addend::factor).toArray();
    return step(
        path,
        "sum " + name(activation),
        Arrays.stream(addends).map(Addend::tensor).toList(),
        dst,
        (binder, from, to) -> {
          Addend[] own = new Addend[factors.length];
          for (int i = 0; i < own.length; i++) {
            own[i] = new Addend(from.get(i), factors[i]);
          }
          return binder.sum(path, activation, to, own);
        });
  }

  @Override
  public Kernel scale(String path, Tensor src, Tensor gate, Tensor dst) {
    return step(
        path,
        "scale",
        List.of(src, gate),
        dst,
        (binder, from, to) -> binder.scale(path, from.get(0), from.get(1), to));
  }

  @Override
  public Kernel multiply(String path, Tensor a, Tensor b, Tensor dst) {
    return step(
        path,
        "multiply",
        List.of(a, b),
        dst,
        (binder, from, to) -> binder.multiply(path, from.get(0), from.get(1), to));
  }

  @Override
  public Kernel affine(String path, Affine affine, Tensor src, Tensor dst) {
    return one(
        path, "affine", src, dst, (binder, from, to) -> binder.affine(path, affine, from, to));
  }

  @Override
  public Kernel activation(String path, Activation activation, Tensor src, Tensor dst) {
    return one(
        path,
        name(activation),
        src,
        dst,
        (binder, from, to) -> binder.activation(path, activation, from, to));
  }

  @Override
  public Kernel prelu(String path, Tensor src, Tensor dst) {
    return one(path, "prelu", src, dst, (binder, from, to) -> binder.prelu(path, from, to));
  }

  @Override
  public Kernel layerNorm(String path, LayerNorm norm, Tensor src, Tensor dst) {
    return one(
        path, "layer norm", src, dst, (binder, from, to) -> binder.layerNorm(path, norm, from, to));
  }

  @Override
  public Kernel groupNorm(String path, GroupNorm norm, Tensor src, Tensor dst) {
    return one(
        path, "group norm", src, dst, (binder, from, to) -> binder.groupNorm(path, norm, from, to));
  }

  @Override
  public Kernel localResponseNorm(String path, LocalResponseNorm norm, Tensor src, Tensor dst) {
    return one(
        path,
        "local response norm",
        src,
        dst,
        (binder, from, to) -> binder.localResponseNorm(path, norm, from, to));
  }

  @Override
  public Kernel channelShuffle(String path, int groups, Tensor src, Tensor dst) {
    return one(
        path,
        "channel shuffle",
        src,
        dst,
        (binder, from, to) -> binder.channelShuffle(path, groups, from, to));
  }

  @Override
  public Kernel softmax(String path, Tensor src, Tensor dst) {
    return one(path, "softmax", src, dst, (binder, from, to) -> binder.softmax(path, from, to));
  }

  @Override
  public Kernel logSoftmax(String path, Tensor src, Tensor dst) {
    return one(
        path, "log softmax", src, dst, (binder, from, to) -> binder.logSoftmax(path, from, to));
  }

  @Override
  public Kernel copy(String path, Tensor src, Tensor dst) {
    return one(
        path,
        "copy",
        src,
        dst,
        (binder, from, to) -> binder.copy(path, from, to),
        Optional.of(new ByteCopy()));
  }

  @Override
  public Kernel padShortcut(String path, int stride, Tensor src, Tensor dst) {
    return one(
        path,
        "pad shortcut",
        src,
        dst,
        (binder, from, to) -> binder.padShortcut(path, stride, from, to));
  }
}
