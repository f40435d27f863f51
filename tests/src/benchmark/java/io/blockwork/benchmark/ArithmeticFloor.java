package io.blockwork.benchmark;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import io.blockwork.Architecture;
import io.blockwork.LayerInfo;
import io.blockwork.Network;
import io.blockwork.Networks;
import java.util.List;
import java.util.Random;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/**
 * What a network would take if all its arithmetic ran as fast as its fastest convolution: the
 * multiply-adds of all convolutions and linear layers, done by repeating that one convolution. No
 * batch norm, ReLU, pooling or addition, no re-order, and data that may still be in the cache.
 *
 * <p>The fastest is found by trying every convolution of the network, at stride 1, forward, with
 * the layouts that oneDNN likes best. A training step counts as three forward passes: forward, the
 * gradient of the input, the gradient of the weights.
 */
final class ArithmeticFloor {
  private static final int MIN_CHANNELS = 16;
  private static final int TRAINING_PASSES = 3;
  private static final int PAGE = 4096;
  private static final int TRIALS = 5;

  private final engine cpu = new engine(engine.kind.cpu, 0);
  private final stream stream = new stream(cpu);
  private final memory.data_type type;
  private final int batch;

  private ArithmeticFloor(int batch, boolean half) {
    this.batch = batch;
    this.type = half ? memory.data_type.bf16 : memory.data_type.f32;
  }

  static Contender inference(Subject subject, int batch, boolean half) {
    return new ArithmeticFloor(batch, half).passes(subject, 1);
  }

  static Contender training(Subject subject, int batch, boolean half) {
    return new ArithmeticFloor(batch, half).passes(subject, TRAINING_PASSES);
  }

  /** A convolution of stride 1 that keeps the size of the image. */
  private record Shape(int in, int out, int kernel, int size) {
    static Shape of(LayerInfo layer) {
      List<Integer> weight = layer.parameters().get(0).shape();
      return new Shape(weight.get(1), weight.get(0), weight.get(2), layer.output().get(1));
    }

    long macs() {
      return (long) in * out * kernel * kernel * size * size;
    }
  }

  /** A convolution ready to run; the buffers must live as long as the arguments. */
  private record Candidate(
      convolution_forward primitive, IntMemoryMap arguments, List<Pointer> buffers, long macs) {}

  private Contender passes(Subject subject, int passes) {
    Architecture architecture;
    try (Network net = Networks.create(subject.type())) {
      architecture = net.architecture();
    }
    List<Candidate> candidates =
        architecture.layers().stream()
            .filter(l -> l.type().equals("Conv2d"))
            .map(Shape::of)
            .filter(s -> s.in() >= MIN_CHANNELS)
            .distinct()
            .map(this::candidate)
            .toList();
    Candidate best = candidates.get(0);
    double least = Double.POSITIVE_INFINITY;
    for (Candidate candidate : candidates) {
      double time = nanosPerMac(candidate);
      if (time < least) {
        least = time;
        best = candidate;
      }
    }
    Candidate fastest = best;
    long repetitions = Math.max(1, Math.round((double) passes * architecture.macs() / best.macs()));
    return () -> repeat(fastest, repetitions);
  }

  private double nanosPerMac(Candidate candidate) {
    repeat(candidate, 2);
    long repetitions = Math.max(1, 1_000_000_000 / (candidate.macs() * batch));
    long least = Long.MAX_VALUE;
    for (int i = 0; i < TRIALS; i++) {
      long start = System.nanoTime();
      repeat(candidate, repetitions);
      least = Math.min(least, System.nanoTime() - start);
    }
    return (double) least / repetitions / candidate.macs();
  }

  private void repeat(Candidate candidate, long repetitions) {
    for (long i = 0; i < repetitions; i++) {
      candidate.primitive().execute(stream, candidate.arguments());
    }
    stream._wait();
  }

  private Candidate candidate(Shape shape) {
    long side = shape.size();
    long kernel = shape.kernel();
    long[] once = {1, 1};
    long[] padding = {kernel / 2, kernel / 2};
    convolution_forward.primitive_desc description =
        new convolution_forward.primitive_desc(
            cpu,
            prop_kind.forward_inference.value,
            algorithm.convolution_direct.value,
            any(batch, shape.in(), side, side),
            any(shape.out(), shape.in(), kernel, kernel),
            any(batch, shape.out(), side, side),
            once,
            padding,
            padding,
            new primitive_attr(),
            false);
    Pointer src = random(description.src_desc());
    Pointer weights = random(description.weights_desc());
    Pointer dst = random(description.dst_desc());
    IntMemoryMap arguments = new IntMemoryMap();
    arguments.put(DNNL_ARG_SRC, new memory(description.src_desc(), cpu, src));
    arguments.put(DNNL_ARG_WEIGHTS, new memory(description.weights_desc(), cpu, weights));
    arguments.put(DNNL_ARG_DST, new memory(description.dst_desc(), cpu, dst));
    return new Candidate(
        new convolution_forward(description), arguments, List.of(src, weights, dst), shape.macs());
  }

  private memory.desc any(long... dimensions) {
    return new memory.desc(dimensions, type, memory.format_tag.any);
  }

  /** A page-aligned buffer with random values in it: kernels are faster on zeros. */
  private static Pointer random(memory.desc description) {
    long bytes = description.get_size();
    BytePointer buffer = new BytePointer(bytes + PAGE);
    buffer.position(-buffer.address() & (PAGE - 1));
    int[] pattern = new Random(0).ints(PAGE + 1).toArray();
    for (long i = 0; i < bytes / Integer.BYTES; i++) {
      buffer.putInt(i * Integer.BYTES, small(pattern[(int) (i % pattern.length)]));
    }
    return buffer;
  }

  /** The bits with both halves' exponents near that of one: a value of about one in each format. */
  private static int small(int bits) {
    return (bits & 0x807F807F) | 0x3F803F80;
  }
}
