package io.blockwork.examples.training;

import io.blockwork.Block;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.With;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Gelu;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;

/**
 * A shallow network that learns CIFAR-10 quickly: that of Keller Jordan's airbench94 (2024,
 * arXiv:2404.00498, section 3.1), after Page's ResNet-9, at half its width and less: a sixth of its
 * multiplications. The first convolution whitens and does not learn.
 */
@Model(input = @Input(height = 32, width = 32))
@SuppressWarnings("blockwork.odd-size") // whitening leaves 31 x 31 pixels, as there
public interface FastCifarNet extends ImageClassifier {
  @Conv(out = 24, kernel = 2, bias = false)
  interface whiten {}

  @Gelu
  interface gelu {}

  @Stage(out = 32)
  interface stage1 {}

  @Stage(out = 64)
  interface stage2 {}

  @Stage(out = 128)
  interface stage3 {}

  @MaxPool(kernel = 3)
  interface pool {}

  @Linear(out = 10, bias = false)
  interface fc {}

  /** Two convolutions, the first of which is pooled. */
  @Block
  @interface Stage {
    /** Channels that come out. */
    int out() default Block.REQUIRED;

    @Conv(kernel = 3, padding = 1, bias = false)
    @With("out = out")
    interface conv1 {}

    @MaxPool(kernel = 2)
    interface pool {}

    @BatchNorm
    interface norm1 {}

    @Gelu
    interface gelu1 {}

    @Conv(kernel = 3, padding = 1, bias = false)
    @With("out = out")
    interface conv2 {}

    @BatchNorm
    interface norm2 {}

    @Gelu
    interface gelu2 {}
  }
}
