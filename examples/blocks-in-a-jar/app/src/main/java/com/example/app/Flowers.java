package com.example.app;

import com.example.blocks.ConvNorm;
import com.example.blocks.Inverted;
import io.blockwork.ImageClassifier;
import io.blockwork.Input;
import io.blockwork.Model;
import io.blockwork.Repeat;
import io.blockwork.With;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;

/** A small network of blocks from another jar. */
@Model(input = @Input(height = 64, width = 64))
public interface Flowers extends ImageClassifier {
  @ConvNorm(out = 16, kernel = 3, stride = 2) interface stem {}
  @Inverted(out = 24) @With("stride = index == 0 ? 2 : 1") @Repeat(2) interface stage1 {}
  @Inverted(out = 32) @With("stride = index == 0 ? 2 : 1") @Repeat(3) interface stage2 {}
  @GlobalAvgPool interface avgpool {}
  @Linear(out = 5) interface fc {}
}
