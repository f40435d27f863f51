package io.blockwork.examples.composed;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.If;
import io.blockwork.Init;
import io.blockwork.Initial;
import io.blockwork.Input;
import io.blockwork.Path;
import io.blockwork.Repeat;
import io.blockwork.With;
import io.blockwork.ops.BatchNorm;
import io.blockwork.ops.Conv;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.PadShortcut;
import io.blockwork.ops.Relu;
import io.blockwork.ops.Sum;

/** The networks for CIFAR-10 of He et al. 2015, section 4.2: residual, or plain without the sums. */
@Block
@Init(Initial.HE_FAN_OUT)
public @interface CifarNet {
  /** Pairs of convolutions in each of the three stages: n for a network of 6n + 2 layers. */
  int blocks() default Block.REQUIRED;

  /** Whether each pair's input is added to its output. */
  boolean residual() default true;

  /** Classes that the head tells apart. */
  int classes() default 10;

  @Conv(out = 16, kernel = 3, padding = 1, bias = false) interface conv1 {}
  @BatchNorm interface bn1 {}
  @Relu interface relu {}
  @Pair(planes = 16) @With("residual = residual") @Repeat(times = "blocks") interface layer1 {}
  @Pair(planes = 32) @With("residual = residual, stride = index == 0 ? 2 : 1") @Repeat(times = "blocks") interface layer2 {}
  @Pair(planes = 64) @With("residual = residual, stride = index == 0 ? 2 : 1") @Repeat(times = "blocks") interface layer3 {}
  @GlobalAvgPool interface avgpool {}
  @Linear @With("out = classes") @Init(Initial.DEFAULT) interface fc {}

  /** Two convolutions, beside a shortcut without parameters or not. */
  @Block
  @interface Pair {
    /** Channels that come out. */
    int planes() default Block.REQUIRED;

    /** Stride of the first convolution. */
    int stride() default 1;

    /** Whether the input is added to the output. */
    boolean residual() default true;

    @Conv(kernel = 3, padding = 1, bias = false) @With("out = planes, stride = stride") interface conv1 {}
    @BatchNorm interface bn1 {}
    @Relu @Path("relu") interface relu1 {}
    @Conv(kernel = 3, padding = 1, bias = false) @With("out = planes") interface conv2 {}
    @BatchNorm interface bn2 {}
    @PadShortcut @With("out = planes, stride = stride") @From(Input.class) @If("residual && in != planes") interface shortcut {}
    @Sum @From({bn2.class, shortcut.class}) @If("residual") interface add {}
    @Relu @Path("relu") interface relu2 {}
  }
}
