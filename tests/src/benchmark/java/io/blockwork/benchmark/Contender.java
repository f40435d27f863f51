package io.blockwork.benchmark;

/**
 * Does one work again and again: one forward pass, or one training step, over images that are in
 * memory already. What it holds is given back when its process ends.
 */
@FunctionalInterface
interface Contender {
  /** Threads that everyone computes with: the system property {@code threads}, or two. */
  int THREADS = Integer.getInteger(PeerRun.THREADS, PeerRun.DEFAULT_THREADS);

  /** Does the work once. */
  void run() throws Exception;

  /**
   * Inference by the named contender.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static Contender inference(String name, Subject subject, int batch) throws Exception {
    return switch (name) {
      case "blockwork", "blockwork-bf16" -> Blockwork.inference(subject, batch, half(name));
      case "blockwork-direct" -> Blockwork.direct(subject, batch);
      case "blockwork-int8" -> Blockwork.integers(subject, batch);
      case "blockwork-whole" -> Blockwork.whole(subject, batch);
      case "onnxruntime" -> OnnxRuntime.inference(subject, batch);
      case "onnxruntime-int8" -> OnnxRuntime.integers(subject, batch);
      case "djl-plain" -> DjlInference.torchScript(subject, "", batch);
      case "djl-frozen" -> DjlInference.torchScript(subject, ".frozen", batch);
      case "djl-frozen-nhwc" -> DjlInference.torchScript(subject, ".frozen-nhwc", batch);
      case "djl-bf16" -> DjlInference.torchScript(subject, ".bf16", batch);
      case "djl-blocks" -> DjlInference.blocks(subject, batch);
      case "dl4j" -> Dl4jZoo.inference(batch);
      case "floor", "floor-bf16" -> ArithmeticFloor.inference(subject, batch, half(name));
      default -> throw new IllegalArgumentException("nobody called " + name + " does inference");
    };
  }

  /**
   * A first prediction by the named contender: ours load their weights from {@link
   * Blockwork#weights}, DJL's from TorchScript's files.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static Contender start(String name, Subject subject, int batch) throws Exception {
    return switch (name) {
      case "blockwork" -> Blockwork.first(subject, batch);
      case "blockwork-plain" -> Blockwork.plainFirst(subject, batch);
      default -> inference(name, subject, batch);
    };
  }

  /**
   * Training steps by the named contender: forward, cross entropy, backward, and a step of SGD with
   * momentum.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  static Contender training(String name, Subject subject, int batch) {
    return switch (name) {
      case "blockwork", "blockwork-bf16" ->
          Blockwork.training(subject.type(), subject, batch, half(name));
      case "blockwork-memory-efficient" ->
          Blockwork.training(MemoryEfficientDenseNet121.class, subject, batch, false);
      case "djl" -> DjlTraining.training(subject, batch);
      case "floor", "floor-bf16" -> ArithmeticFloor.training(subject, batch, half(name));
      default -> throw new IllegalArgumentException("nobody called " + name + " trains");
    };
  }

  private static boolean half(String name) {
    return name.endsWith("-bf16");
  }
}
