package io.blockwork.examples.training;

import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Gelu;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;

/**
 * {@link FastCifarNet} with stages of twice the width, compiled for images of 30 x 30 pixels too,
 * with the same parameters: it can train on small images, and is tested on those of its own size.
 * Its first convolution is as wide as there, and learns like the others.
 */
@Model(input = @Input(height = 32, width = 32, sizes = 30))
@SuppressWarnings("blockwork.odd-size") // the first convolution leaves 31 x 31 pixels of 32 x 32
public interface CifarNet extends ImageClassifier {
  @Conv(out = 24, kernel = 2, bias = false)
  interface whiten {}

  @Gelu
  interface gelu {}

  @FastCifarNet.Stage(out = 64)
  interface stage1 {}

  @FastCifarNet.Stage(out = 128)
  interface stage2 {}

  @FastCifarNet.Stage(out = 256)
  interface stage3 {}

  @MaxPool(kernel = 3)
  interface pool {}

  @Linear(out = 10, bias = false)
  interface fc {}
}
