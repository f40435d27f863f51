package io.blockwork.benchmark;

import io.blockwork.benchmark.Work.Kind;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Predicate;

/**
 * How we want to compare: our time, or memory, over a peer's.
 *
 * @param name of the work, for the table
 * @param works where it is compared
 * @param ours the contender of ours
 * @param peer name of the peer, for the table
 * @param variants its contenders, of which the best counts
 * @param each what no ratio should exceed
 * @param mean what the geometric mean of the ratios should not exceed
 */
record Bar(
    String name,
    Predicate<Work> works,
    String ours,
    String peer,
    List<String> variants,
    double each,
    OptionalDouble mean) {
  /** DJL's variants of inference in single precision. */
  static final List<String> DJL =
      List.of("djl-plain", "djl-frozen", "djl-frozen-nhwc", "djl-blocks");

  private static final String ORT = "onnxruntime";
  private static final String ORT_INT8 = "ONNX Runtime int8";
  private static final String INT8 = "blockwork-int8";
  private static final String DIRECT_F32 = "our direct f32";
  private static final List<String> DIRECT = List.of("blockwork-direct");
  private static final String HALF = "blockwork-bf16";

  /** What we want to reach. */
  static List<Bar> all() {
    Predicate<Work> composed = w -> w.kind() == Kind.INFERENCE && w.composed();
    Predicate<Work> families = w -> w.kind() == Kind.INFERENCE && !w.composed();
    Predicate<Work> inference = families.and(Predicate.not(Work::single));
    Predicate<Work> single = families.and(Work::single);
    Predicate<Work> integers = families.and(Work::half);
    Predicate<Work> resNet = integers.and(w -> w.subject() == Subject.RESNET50);
    Predicate<Work> denseNet = integers.and(w -> w.subject() == Subject.DENSENET121);
    Predicate<Work> large = w -> w.batch() > 1;
    Predicate<Work> half = inference.and(Work::half);
    Predicate<Work> zoo = inference.and(w -> w.subject() == Subject.RESNET50);
    Predicate<Work> training = w -> w.kind() == Kind.TRAINING;
    Predicate<Work> start = w -> w.kind() == Kind.START;
    Predicate<Work> memory = w -> w.kind() == Kind.MEMORY;
    return List.of(
        bar("inference f32", inference, "blockwork", "ONNX Runtime", List.of(ORT), 1.10, 0.98),
        bar(
            "inference f32, 1 thread",
            single,
            "blockwork",
            "ONNX Runtime",
            List.of(ORT),
            1.10,
            0.95),
        bar("int8, ResNet-50, 1 image", resNet.and(large.negate()), INT8, DIRECT_F32, DIRECT, 0.33),
        bar("int8, ResNet-50, 16 images", resNet.and(large), INT8, DIRECT_F32, DIRECT, 0.29),
        bar(
            "int8, DenseNet-121, 1 image",
            denseNet.and(large.negate()),
            INT8,
            DIRECT_F32,
            DIRECT,
            0.42),
        bar("int8, DenseNet-121, 16 images", denseNet.and(large), INT8, DIRECT_F32, DIRECT, 0.34),
        bar("int8", integers, INT8, ORT_INT8, List.of("onnxruntime-int8"), 0.85, 0.65),
        bar("int8, DenseNet-121", denseNet, INT8, ORT_INT8, List.of("onnxruntime-int8"), 0.55),
        bar(
            "division of a batch",
            families.and(large),
            "blockwork",
            "the whole batch",
            List.of("blockwork-whole"),
            1.05),
        bar("composed f32", composed, "blockwork", "ONNX Runtime", List.of(ORT), 1.15, 1.00),
        bar("inference f32", inference, "blockwork", "DJL", DJL, 0.90, 0.75),
        bar("inference f32", zoo, "blockwork", "DL4J", List.of("dl4j"), 0.20),
        bar("inference bf16", half, HALF, "ONNX Runtime f32", List.of(ORT), 0.40, 0.28),
        bar("inference bf16", half, HALF, "DJL bf16", List.of("djl-bf16"), 0.65, 0.52),
        bar("training f32", training, "blockwork", "DJL", List.of("djl"), 1.00, 0.75),
        bar("training bf16", training, HALF, "DJL f32", List.of("djl"), 0.50, 0.38),
        bar("peak memory", memory, "blockwork", "DJL", List.of("djl"), 0.6),
        bar(
            "peak memory, memoryEfficient",
            memory,
            "blockwork-memory-efficient",
            "DJL",
            List.of("djl"),
            0.4),
        bar("first prediction, float[]", start, "blockwork-plain", "DJL", DJL, 0.8),
        bar("first prediction, ND4J's arrays", start, "blockwork", "DJL", DJL, 0.8));
  }

  private static Bar bar(
      String name,
      Predicate<Work> works,
      String ours,
      String peer,
      List<String> variants,
      double each,
      double... mean) {
    return new Bar(
        name,
        works,
        ours,
        peer,
        variants,
        each,
        mean.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(mean[0]));
  }
}
