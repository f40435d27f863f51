package io.blockwork.networks;

import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.Head;
import io.blockwork.If;
import io.blockwork.Input;
import io.blockwork.Published;
import io.blockwork.Repeat;
import io.blockwork.Sequential;
import io.blockwork.With;
import io.blockwork.image.Interpolation;
import io.blockwork.ops.AvgPool;
import io.blockwork.ops.Concat;
import io.blockwork.ops.Conv;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;
import io.blockwork.ops.Relu;
import io.blockwork.ops.Sum;

/**
 * Inception-ResNet v2 (Szegedy et al. 2016) with timm's names, for images of 299 x 299.
 *
 * <pre>{@code
 * @Model(input = @Input(height = 299, width = 299)) @InceptionResNetV2(classes = 10)
 * public interface Birds extends ImageClassifier {}
 * }</pre>
 *
 * <p>torchvision has no weights for it. timm's {@code inception_resnet_v2.tf_in1k} load by path,
 * {@code pretrained(Path.of("model.safetensors"))} of a network that names {@code
 * INCEPTION_RESNET_V2_TF_IN1K}. They expect what is within 0.8975 of the shorter side: 299 of 333
 * pixels, resized by bicubic interpolation, with a mean and deviation of 0.5.
 *
 * @see <a href="https://arxiv.org/abs/1602.07261">Inception-v4, Inception-ResNet</a>
 */
@Block
@Published(name = "INCEPTION_RESNET_V2_TF_IN1K", input = @Input(height = 299, width = 299), resize = 333, crop = 299, interpolation = Interpolation.BICUBIC, mean = {0.5, 0.5, 0.5}, std = {0.5, 0.5, 0.5})
public @interface InceptionResNetV2 {
  /** Classes that the head tells apart. */
  int classes() default 1000;

  /** The probability of a zero before the classifier. */
  double dropout() default 0;

  @BasicConv2d(out = 32, kernel = 3, stride = 2) interface conv2d_1a {}
  @BasicConv2d(out = 32, kernel = 3) interface conv2d_2a {}
  @BasicConv2d(out = 64, kernel = 3, padding = 1) interface conv2d_2b {}
  @MaxPool(kernel = 3, stride = 2) interface maxpool_3a {}
  @BasicConv2d(out = 80) interface conv2d_3b {}
  @BasicConv2d(out = 192, kernel = 3) interface conv2d_4a {}
  @MaxPool(kernel = 3, stride = 2) interface maxpool_5a {}
  @Mixed5b interface mixed_5b {}
  @InceptionResNetA @Repeat(10) interface repeat {}
  @Mixed6a interface mixed_6a {}
  @InceptionResNetB @Repeat(20) interface repeat_1 {}
  @Mixed7a interface mixed_7a {}
  @InceptionResNetC @Repeat(9) interface repeat_2 {}
  @InceptionResNetC(scale = 1, relu = false) interface block8 {}
  @BasicConv2d(out = 1536) interface conv2d_7b {}
  @GlobalAvgPool interface global_pool {}
  @Dropout @With("p = dropout") interface head_drop {}
  @Linear @With("out = classes") @Head interface classif {}

  /** The Inception module that leads to the 35 x 35 grid. */
  @Block
  @interface Mixed5b {
    @BasicConv2d(out = 96) @From(Input.class) interface branch0 {}
    @Sequential @From(Input.class) interface branch1 {
      @BasicConv2d(out = 48) interface reduce {}
      @BasicConv2d(out = 64, kernel = 5, padding = 2) interface conv {}
    }
    @Sequential @From(Input.class) interface branch2 {
      @BasicConv2d(out = 64) interface reduce {}
      @BasicConv2d(out = 96, kernel = 3, padding = 1) @Repeat(2) interface conv {}
    }
    @Sequential @From(Input.class) interface branch3 {
      @AvgPool(kernel = 3, stride = 1, padding = 1, countIncludePad = false) interface pool {}
      @BasicConv2d(out = 64) interface conv {}
    }
    @Concat @From({branch0.class, branch1.class, branch2.class, branch3.class}) interface output {}
  }

  /** A residual Inception module of the 35 x 35 grid (Szegedy et al. 2016, Figure 16). */
  @Block
  @interface InceptionResNetA {
    @BasicConv2d(out = 32) @From(Input.class) interface branch0 {}
    @Sequential @From(Input.class) interface branch1 {
      @BasicConv2d(out = 32) interface reduce {}
      @BasicConv2d(out = 32, kernel = 3, padding = 1) interface conv {}
    }
    @Sequential @From(Input.class) interface branch2 {
      @BasicConv2d(out = 32) interface reduce {}
      @BasicConv2d(out = 48, kernel = 3, padding = 1) interface conv1 {}
      @BasicConv2d(out = 64, kernel = 3, padding = 1) interface conv2 {}
    }
    @Concat @From({branch0.class, branch1.class, branch2.class}) interface concat {}
    @Conv @With("out = Input.channels") interface conv2d {}
    @Sum(factors = {0.17, 1}) @From({conv2d.class, Input.class}) interface sum {}
    @Relu interface act {}
  }

  /** From the 35 x 35 to the 17 x 17 grid. */
  @Block
  @interface Mixed6a {
    @BasicConv2d(out = 384, kernel = 3, stride = 2) @From(Input.class) interface branch0 {}
    @Sequential @From(Input.class) interface branch1 {
      @BasicConv2d(out = 256) interface reduce {}
      @BasicConv2d(out = 256, kernel = 3, padding = 1) interface conv1 {}
      @BasicConv2d(out = 384, kernel = 3, stride = 2) interface conv2 {}
    }
    @MaxPool(kernel = 3, stride = 2) @From(Input.class) interface branch2 {}
    @Concat @From({branch0.class, branch1.class, branch2.class}) interface output {}
  }

  /** A residual Inception module of the 17 x 17 grid (Szegedy et al. 2016, Figure 17). */
  @Block
  @interface InceptionResNetB {
    @BasicConv2d(out = 192) @From(Input.class) interface branch0 {}
    @Sequential @From(Input.class) interface branch1 {
      @BasicConv2d(out = 128) interface reduce {}
      @BasicConv2d(out = 160, kernel = {1, 7}, padding = {0, 3}) interface conv1 {}
      @BasicConv2d(out = 192, kernel = {7, 1}, padding = {3, 0}) interface conv2 {}
    }
    @Concat @From({branch0.class, branch1.class}) interface concat {}
    @Conv @With("out = Input.channels") interface conv2d {}
    @Sum(factors = {0.1, 1}) @From({conv2d.class, Input.class}) interface sum {}
    @Relu interface act {}
  }

  /** From the 17 x 17 to the 8 x 8 grid. */
  @Block
  @interface Mixed7a {
    @Sequential @From(Input.class) interface branch0 {
      @BasicConv2d(out = 256) interface reduce {}
      @BasicConv2d(out = 384, kernel = 3, stride = 2) interface conv {}
    }
    @Sequential @From(Input.class) interface branch1 {
      @BasicConv2d(out = 256) interface reduce {}
      @BasicConv2d(out = 288, kernel = 3, stride = 2) interface conv {}
    }
    @Sequential @From(Input.class) interface branch2 {
      @BasicConv2d(out = 256) interface reduce {}
      @BasicConv2d(out = 288, kernel = 3, padding = 1) interface conv1 {}
      @BasicConv2d(out = 320, kernel = 3, stride = 2) interface conv2 {}
    }
    @MaxPool(kernel = 3, stride = 2) @From(Input.class) interface branch3 {}
    @Concat @From({branch0.class, branch1.class, branch2.class, branch3.class}) interface output {}
  }

  /** A residual Inception module of the 8 x 8 grid (Szegedy et al. 2016, Figure 19). */
  @Block
  @interface InceptionResNetC {
    /** What the branches are multiplied by before the sum. */
    double scale() default 0.2;

    /** Whether it ends in ReLU. */
    boolean relu() default true;

    @BasicConv2d(out = 192) @From(Input.class) interface branch0 {}
    @Sequential @From(Input.class) interface branch1 {
      @BasicConv2d(out = 192) interface reduce {}
      @BasicConv2d(out = 224, kernel = {1, 3}, padding = {0, 1}) interface conv1 {}
      @BasicConv2d(out = 256, kernel = {3, 1}, padding = {1, 0}) interface conv2 {}
    }
    @Concat @From({branch0.class, branch1.class}) interface concat {}
    @Conv @With("out = Input.channels") interface conv2d {}
    @Sum @With("factors = {scale, 1}") @From({conv2d.class, Input.class}) interface sum {}
    @Relu @If("relu") interface act {}
  }
}
