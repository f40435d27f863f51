package io.blockwork;

import io.blockwork.image.Interpolation;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Weights that are published for a network: where their file is, and how pictures are prepared for
 * them. Stands on a {@link Block} that is a whole network, or on a network itself; once for each
 * file.
 *
 * <pre>{@code
 * @Block
 * @Published(name = "BIRDS_V1", url = "https://example.org/models/birds-9f86d081.pth", sha256 = "9f86d081")
 * public @interface BirdNet {
 *   int classes() default 525;
 *   ...
 *   @Linear @With("out = classes") @Head interface fc {}
 * }
 *
 * @Model(weights = "BIRDS_V1") @BirdNet(classes = 10)
 * public interface Birds extends ImageClassifier {}   // BirdsNetwork.pretrained()
 * }</pre>
 *
 * <p>A network uses those that {@link Model#weights} names; of what stands on the network itself,
 * the first unless it names another. The build then compares the network's parameters with those of
 * the block as it is by default: all but those of its heads must agree.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@Repeatable(Published.Several.class)
public @interface Published {
  /** What {@link Model#weights} calls them: {@code GOOGLENET_IMAGENET1K_V1}. */
  String name();

  /** The file's address, http or https; empty if it is for people to fetch. */
  String url() default "";

  /** The file's SHA-256, or at least its first eight hexadecimal digits. */
  String sha256() default "";

  /**
   * What the block's elements were when the weights were trained, as in {@link With}: {@code "depth
   * = 50, classes = 100"}. Those that are not named had their defaults.
   */
  String with() default "";

  /** The size of the images that they were trained on. */
  Input input() default @Input;

  /** Pixels that a picture's shorter side is resized to; 0 leaves its size alone. */
  int resize() default 256;

  /** The side of the square that is then cut from the centre; 0 does not crop. */
  int crop() default 224;

  /** How pictures are resized. */
  Interpolation interpolation() default Interpolation.BILINEAR;

  /** The mean of red, green and blue, on the scale 0..1, which is subtracted. */
  double[] mean() default {0.485, 0.456, 0.406};

  /** The deviation of red, green and blue, by which is divided. */
  double[] std() default {0.229, 0.224, 0.225};

  /** The classes' names by their index; none: ImageNet's, if there are 1000 classes. */
  String[] classNames() default {};

  /** Weights of which there are several; the compiler writes it. */
  @Documented
  @Retention(RetentionPolicy.CLASS)
  @Target(ElementType.TYPE)
  @interface Several {
    /** All of them. */
    Published[] value();
  }
}
