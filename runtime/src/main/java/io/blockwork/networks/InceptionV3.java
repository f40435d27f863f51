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
import io.blockwork.With;
import io.blockwork.ops.Affine;
import io.blockwork.ops.AvgPool;
import io.blockwork.ops.Concat;
import io.blockwork.ops.Dropout;
import io.blockwork.ops.GlobalAvgPool;
import io.blockwork.ops.Linear;
import io.blockwork.ops.MaxPool;

/**
 * Inception v3 (Szegedy et al. 2015) as torchvision builds it, for images of 299 x 299.
 *
 * <pre>{@code
 * @Model(input = @Input(height = 299, width = 299), weights = "INCEPTION_V3_IMAGENET1K_V1") @InceptionV3(classes = 10)
 * public interface Birds extends ImageClassifier {}
 * }</pre>
 *
 * <p>torchvision's weights {@code INCEPTION_V3_IMAGENET1K_V1} (77.294 % of ImageNet's validation
 * pictures right, 93.45 % among the first five) were trained for images with a mean and deviation of
 * 0.5. With {@code aux = false} loading reports the file's auxiliary head and goes on.
 *
 * @see <a href="https://arxiv.org/abs/1512.00567">Rethinking the Inception Architecture</a>
 */
@Block
@Published(name = "INCEPTION_V3_IMAGENET1K_V1", url = "https://download.pytorch.org/models/inception_v3_google-0cc3c7bd.pth", sha256 = "0cc3c7bd", input = @Input(height = 299, width = 299), resize = 342, crop = 299, mean = {0.5, 0.5, 0.5}, std = {0.5, 0.5, 0.5})
@Init(value = Initial.TRUNCATED_NORMAL, std = 0.1)
public @interface InceptionV3 {
  /** Classes that the heads tell apart. */
  int classes() default 1000;

  /** Whether training has the auxiliary head, whose loss weighs 0.4; it needs 299 x 299 pixels. */
  boolean aux() default true;

  /** The probability of a zero before the classifier. */
  double dropout() default 0.5;

  /**
   * Whether images come normalised by ImageNet's mean and deviation, and are brought to a mean and
   * deviation of 0.5, for which the published weights were trained (torchvision's {@code
   * transform_input}). Images have 3 channels then.
   */
  boolean transformInput() default false;

  @Affine(scale = {0.458, 0.448, 0.45}, shift = {-0.03, -0.088, -0.188}) @If("transformInput") interface transform_input {}
  @BasicConv2d(out = 32, kernel = 3, stride = 2) interface Conv2d_1a_3x3 {}
  @BasicConv2d(out = 32, kernel = 3) interface Conv2d_2a_3x3 {}
  @BasicConv2d(out = 64, kernel = 3, padding = 1) interface Conv2d_2b_3x3 {}
  @MaxPool(kernel = 3, stride = 2) interface maxpool1 {}
  @BasicConv2d(out = 80) interface Conv2d_3b_1x1 {}
  @BasicConv2d(out = 192, kernel = 3) interface Conv2d_4a_3x3 {}
  @MaxPool(kernel = 3, stride = 2) interface maxpool2 {}
  @InceptionA(pool = 32) interface Mixed_5b {}
  @InceptionA(pool = 64) interface Mixed_5c {}
  @InceptionA(pool = 64) interface Mixed_5d {}
  @InceptionB interface Mixed_6a {}
  @InceptionC(inner = 128) interface Mixed_6b {}
  @InceptionC(inner = 160) interface Mixed_6c {}
  @InceptionC(inner = 160) interface Mixed_6d {}
  @InceptionC(inner = 192) interface Mixed_6e {}
  @InceptionAux @With("classes = classes") @Auxiliary(weight = 0.4) @If("aux") interface AuxLogits {}
  @InceptionD interface Mixed_7a {}
  @InceptionE interface Mixed_7b {}
  @InceptionE interface Mixed_7c {}
  @GlobalAvgPool interface avgpool {}
  @Dropout @With("p = dropout") interface dropout {}
  @Linear @With("out = classes") @Head interface fc {}

  /** An Inception module of the 35 x 35 grid (Szegedy et al. 2015, Figure 5). */
  @Block
  @interface InceptionA {
    /** Channels of the branch that pools. */
    int pool() default Block.REQUIRED;

    @BasicConv2d(out = 64) @From(Input.class) interface branch1x1 {}
    @BasicConv2d(out = 48) @From(Input.class) interface branch5x5_1 {}
    @BasicConv2d(out = 64, kernel = 5, padding = 2) interface branch5x5_2 {}
    @BasicConv2d(out = 64) @From(Input.class) interface branch3x3dbl_1 {}
    @BasicConv2d(out = 96, kernel = 3, padding = 1) interface branch3x3dbl_2 {}
    @BasicConv2d(out = 96, kernel = 3, padding = 1) interface branch3x3dbl_3 {}
    @AvgPool(kernel = 3, stride = 1, padding = 1) @From(Input.class) interface pooled {}
    @BasicConv2d @With("out = pool") interface branch_pool {}
    @Concat @From({branch1x1.class, branch5x5_2.class, branch3x3dbl_3.class, branch_pool.class}) interface output {}
  }

  /** From the 35 x 35 to the 17 x 17 grid (Szegedy et al. 2015, Figure 10). */
  @Block
  @interface InceptionB {
    @BasicConv2d(out = 384, kernel = 3, stride = 2) @From(Input.class) interface branch3x3 {}
    @BasicConv2d(out = 64) @From(Input.class) interface branch3x3dbl_1 {}
    @BasicConv2d(out = 96, kernel = 3, padding = 1) interface branch3x3dbl_2 {}
    @BasicConv2d(out = 96, kernel = 3, stride = 2) interface branch3x3dbl_3 {}
    @MaxPool(kernel = 3, stride = 2) @From(Input.class) interface branch_pool {}
    @Concat @From({branch3x3.class, branch3x3dbl_3.class, branch_pool.class}) interface output {}
  }

  /** A module of the 17 x 17 grid, its 7x7 convolutions in two (Szegedy et al. 2015, Figure 6). */
  @Block
  @interface InceptionC {
    /** Channels within the 7x7 branches. */
    int inner() default Block.REQUIRED;

    @BasicConv2d(out = 192) @From(Input.class) interface branch1x1 {}
    @BasicConv2d @With("out = inner") @From(Input.class) interface branch7x7_1 {}
    @BasicConv2d(kernel = {1, 7}, padding = {0, 3}) @With("out = inner") interface branch7x7_2 {}
    @BasicConv2d(out = 192, kernel = {7, 1}, padding = {3, 0}) interface branch7x7_3 {}
    @BasicConv2d @With("out = inner") @From(Input.class) interface branch7x7dbl_1 {}
    @BasicConv2d(kernel = {7, 1}, padding = {3, 0}) @With("out = inner") interface branch7x7dbl_2 {}
    @BasicConv2d(kernel = {1, 7}, padding = {0, 3}) @With("out = inner") interface branch7x7dbl_3 {}
    @BasicConv2d(kernel = {7, 1}, padding = {3, 0}) @With("out = inner") interface branch7x7dbl_4 {}
    @BasicConv2d(out = 192, kernel = {1, 7}, padding = {0, 3}) interface branch7x7dbl_5 {}
    @AvgPool(kernel = 3, stride = 1, padding = 1) @From(Input.class) interface pooled {}
    @BasicConv2d(out = 192) interface branch_pool {}
    @Concat @From({branch1x1.class, branch7x7_3.class, branch7x7dbl_5.class, branch_pool.class}) interface output {}
  }

  /** From the 17 x 17 to the 8 x 8 grid. */
  @Block
  @interface InceptionD {
    @BasicConv2d(out = 192) @From(Input.class) interface branch3x3_1 {}
    @BasicConv2d(out = 320, kernel = 3, stride = 2) interface branch3x3_2 {}
    @BasicConv2d(out = 192) @From(Input.class) interface branch7x7x3_1 {}
    @BasicConv2d(out = 192, kernel = {1, 7}, padding = {0, 3}) interface branch7x7x3_2 {}
    @BasicConv2d(out = 192, kernel = {7, 1}, padding = {3, 0}) interface branch7x7x3_3 {}
    @BasicConv2d(out = 192, kernel = 3, stride = 2) interface branch7x7x3_4 {}
    @MaxPool(kernel = 3, stride = 2) @From(Input.class) interface branch_pool {}
    @Concat @From({branch3x3_2.class, branch7x7x3_4.class, branch_pool.class}) interface output {}
  }

  /** A module of the 8 x 8 grid (Szegedy et al. 2015, Figure 7). */
  @Block
  @interface InceptionE {
    @BasicConv2d(out = 320) @From(Input.class) interface branch1x1 {}
    @BasicConv2d(out = 384) @From(Input.class) interface branch3x3_1 {}
    @BasicConv2d(out = 384, kernel = {1, 3}, padding = {0, 1}) interface branch3x3_2a {}
    @BasicConv2d(out = 384, kernel = {3, 1}, padding = {1, 0}) @From(branch3x3_1.class) interface branch3x3_2b {}
    @BasicConv2d(out = 448) @From(Input.class) interface branch3x3dbl_1 {}
    @BasicConv2d(out = 384, kernel = 3, padding = 1) interface branch3x3dbl_2 {}
    @BasicConv2d(out = 384, kernel = {1, 3}, padding = {0, 1}) interface branch3x3dbl_3a {}
    @BasicConv2d(out = 384, kernel = {3, 1}, padding = {1, 0}) @From(branch3x3dbl_2.class) interface branch3x3dbl_3b {}
    @AvgPool(kernel = 3, stride = 1, padding = 1) @From(Input.class) interface pooled {}
    @BasicConv2d(out = 192) interface branch_pool {}
    @Concat @From({branch1x1.class, branch3x3_2a.class, branch3x3_2b.class, branch3x3dbl_3a.class, branch3x3dbl_3b.class, branch_pool.class}) interface output {}
  }

  /** The auxiliary head (Szegedy et al. 2015, Figure 8). */
  @Block
  @interface InceptionAux {
    /** Classes that it tells apart. */
    int classes() default Block.REQUIRED;

    @AvgPool(kernel = 5, stride = 3) interface pool {}
    @BasicConv2d(out = 128) interface conv0 {}
    @BasicConv2d(out = 768, kernel = 5) interface conv1 {}
    @GlobalAvgPool interface mean {}
    @Linear @With("out = classes") @Init(value = Initial.TRUNCATED_NORMAL, std = 0.001) @Head interface fc {}
  }
}
