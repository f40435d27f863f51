package io.blockwork.processor.graph;

/**
 * Where in the network a node stands: what becomes one method, and one class, of the generated
 * code.
 *
 * @param stage the stage, in torchvision's module names: {@code layer1}, {@code
 *     features.denseblock1}; {@code stem} and {@code head} for what stands before and after them
 * @param path the block: {@code layer1.0}; equal to {@code stage} when the stage has one block only
 * @param prefix what the paths of the block's layers begin with: {@code layer1.0.}; may be empty
 * @param title what the papers call it: {@code bottleneck, stride 2}
 */
public record Block(String stage, String path, String prefix, String title) {
  /** A stage of one block. */
  public static Block alone(String stage, String prefix, String title) {
    return new Block(stage, stage, prefix, title);
  }
}
