package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Generates a network for the annotated interface from the nodes nested in it, or from one {@link
 * Block} that stands beside this annotation. The interface extends {@link ImageClassifier} where
 * one score a class comes out, else {@link Network}.
 *
 * <pre>{@code
 * @Model(input = @Input(height = 32, width = 32))
 * public interface Small extends ImageClassifier {
 *   @Conv(out = 16, kernel = 3, padding = 1, bias = false) interface conv {}
 *   @BatchNorm interface bn {}
 *   @Relu interface relu {}
 *   @GlobalAvgPool interface avgpool {}
 *   @Linear(out = 10) interface fc {}
 * }
 * }</pre>
 *
 * <p>A node is a nested interface. Its name is the module's, and so the beginning of its
 * parameters' names ({@code conv.weight}); its one annotation of {@link io.blockwork.ops}, or of a
 * block, says what it computes. A node without either that holds nodes itself is a block used once.
 * A node reads the node written above it, unless {@link From} says otherwise; the first reads the
 * input, and the last is the output.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Model {
  /** The size of one image. */
  Input input() default @Input;

  /**
   * The name of published weights that the network can be created with: of a {@link Published}
   * beside this annotation, or on the block beside it. The build checks that they fit, and the
   * generated network gets {@code pretrained()}. Empty: those on this interface itself, if any.
   */
  String weights() default "";
}
