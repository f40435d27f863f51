package io.blockwork.networks;

import io.blockwork.Auxiliary;
import io.blockwork.Block;
import io.blockwork.From;
import io.blockwork.Head;
import io.blockwork.If;
import io.blockwork.Init;
import io.blockwork.Initial;
import io.blockwork.Input;
import io.blockwork.Published;
import io.blockwork.Sequential;
import io.blockwork.With;
import io.blockwork.ops.AdaptiveAvgPool;
import io.blockwork.ops.Affine;
import io.blockwork.ops.Concat;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.Flatten;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;
import io.blockwork.ops.Relu;

/**
 * GoogLeNet (Szegedy et al. 2014) as torchvision builds it: with batch norms, and with 3x3
 * convolutions where the paper has 5x5 ones.
 *
 * <pre>{@code
 * @Model(weights = "GOOGLENET_IMAGENET1K_V1") @GoogLeNet(classes = 10)
 * public interface Birds extends ImageClassifier {}
 * }</pre>
 *
 * <p>torchvision's weights {@code GOOGLENET_IMAGENET1K_V1} (69.778 % of ImageNet's validation
 * pictures right, 89.53 % among the first five) were trained for images with a mean and deviation of
 * 0.5. torchvision calls their auxiliary heads untrained; with {@code aux = false} loading reports
 * them and goes on.
 *
 * @see <a href="https://arxiv.org/abs/1409.4842">Going Deeper with Convolutions</a>
 */
@Block
@Published(name = "GOOGLENET_IMAGENET1K_V1", url = "https://download.pytorch.org/models/googlenet-1378be20.pth", sha256 = "1378be20", mean = {0.5, 0.5, 0.5}, std = {0.5, 0.5, 0.5})
@Init(Initial.TRUNCATED_NORMAL)
public @interface GoogLeNet {
  /** Classes that the heads tell apart. */
  int classes() default 1000;

  /** Whether training has the two auxiliary heads, whose losses weigh 0.3. */
  boolean aux() default true;

  /** The probability of a zero before the classifier. */
  double dropout() default 0.2;

  /** The probability of a zero before the classifiers of the auxiliary heads. */
  double auxDropout() default 0.7;

  /**
   * Whether images come normalised by ImageNet's mean and deviation, and are brought to a mean and
   * deviation of 0.5, for which the published weights were trained (torchvision's {@code
   * transform_input}). Images have 3 channels then.
   */
  boolean transformInput() default false;

  @Affine(scale = {0.458, 0.448, 0.45}, shift = {-0.03, -0.088, -0.188}) @If("transformInput") interface transform_input {}
  @BasicConv2d(out = 64, kernel = 7, stride = 2, padding = 3) interface conv1 {}
  @MaxPool(kernel = 3, stride = 2, ceilMode = true) interface maxpool1 {}
  @BasicConv2d(out = 64) interface conv2 {}
  @BasicConv2d(out = 192, kernel = 3, padding = 1) interface conv3 {}
  @MaxPool(kernel = 3, stride = 2, ceilMode = true) interface maxpool2 {}

  @Inception(out1x1 = 64, reduce3x3 = 96, out3x3 = 128, reduce5x5 = 16, out5x5 = 32, pool = 32) interface inception3a {}
  @Inception(out1x1 = 128, reduce3x3 = 128, out3x3 = 192, reduce5x5 = 32, out5x5 = 96, pool = 64) interface inception3b {}
  @MaxPool(kernel = 3, stride = 2, ceilMode = true) interface maxpool3 {}
  @Inception(out1x1 = 192, reduce3x3 = 96, out3x3 = 208, reduce5x5 = 16, out5x5 = 48, pool = 64) interface inception4a {}
  @Inception(out1x1 = 160, reduce3x3 = 112, out3x3 = 224, reduce5x5 = 24, out5x5 = 64, pool = 64) interface inception4b {}
  @Inception(out1x1 = 128, reduce3x3 = 128, out3x3 = 256, reduce5x5 = 24, out5x5 = 64, pool = 64) interface inception4c {}
  @Inception(out1x1 = 112, reduce3x3 = 144, out3x3 = 288, reduce5x5 = 32, out5x5 = 64, pool = 64) interface inception4d {}
  @Inception(out1x1 = 256, reduce3x3 = 160, out3x3 = 320, reduce5x5 = 32, out5x5 = 128, pool = 128) interface inception4e {}
  @MaxPool(kernel = 2, stride = 2, ceilMode = true) interface maxpool4 {}
  @Inception(out1x1 = 256, reduce3x3 = 160, out3x3 = 320, reduce5x5 = 32, out5x5 = 128, pool = 128) interface inception5a {}
  @Inception(out1x1 = 384, reduce3x3 = 192, out3x3 = 384, reduce5x5 = 48, out5x5 = 128, pool = 128) interface inception5b {}

  @InceptionAux @With("classes = classes, dropout = auxDropout") @Auxiliary(weight = 0.3) @From(inception4a.class) @If("aux") interface aux1 {}
  @InceptionAux @With("classes = classes, dropout = auxDropout") @Auxiliary(weight = 0.3) @From(inception4d.class) @If("aux") interface aux2 {}

  @GlobalAvgPool interface avgpool {}
  @Dropout @With("p = dropout") interface dropout {}
  @Linear @With("out = classes") @Head interface fc {}

  /** An Inception module with dimension reductions (Szegedy et al. 2014, Figure 2b). */
  @Block
  @interface Inception {
    /** Channels of the 1x1 branch. */
    int out1x1() default Block.REQUIRED;

    /** Channels before the 3x3 convolution. */
    int reduce3x3() default Block.REQUIRED;

    /** Channels of the 3x3 branch. */
    int out3x3() default Block.REQUIRED;

    /** Channels before the convolution that is 5x5 in the paper. */
    int reduce5x5() default Block.REQUIRED;

    /** Channels of the branch that is 5x5 in the paper. */
    int out5x5() default Block.REQUIRED;

    /** Channels of the branch that pools. */
    int pool() default Block.REQUIRED;

    @BasicConv2d @With("out = out1x1") @From(Input.class) interface branch1 {}
    @Sequential @From(Input.class) interface branch2 {
      @BasicConv2d @With("out = reduce3x3") interface reduce {}
      @BasicConv2d(kernel = 3, padding = 1) @With("out = out3x3") interface conv {}
    }
    @Sequential @From(Input.class) interface branch3 {
      @BasicConv2d @With("out = reduce5x5") interface reduce {}
      @BasicConv2d(kernel = 3, padding = 1) @With("out = out5x5") interface conv {}
    }
    @Sequential @From(Input.class) interface branch4 {
      @MaxPool(kernel = 3, stride = 1, padding = 1, ceilMode = true) interface pooled {}
      @BasicConv2d @With("out = pool") interface conv {}
    }
    @Concat @From({branch1.class, branch2.class, branch3.class, branch4.class}) interface output {}
  }

  /** An auxiliary head (Szegedy et al. 2014, section 5). */
  @Block
  @interface InceptionAux {
    /** Classes that it tells apart. */
    int classes() default Block.REQUIRED;

    /** The probability of a zero before the classifier. */
    double dropout() default 0.7;

    @AdaptiveAvgPool(outputSize = 4) interface pool {}
    @BasicConv2d(out = 128) interface conv {}
    @Flatten interface flatten {}
    @Linear(out = 1024) interface fc1 {}
    @Relu interface relu {}
    @Dropout @With("p = dropout") interface drop {}
    @Linear @With("out = classes") @Head interface fc2 {}
  }
}
