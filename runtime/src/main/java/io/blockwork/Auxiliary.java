package io.blockwork;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An output of training only, beside the main one, as the heads of GoogLeNet (Szegedy et al. 2014,
 * section 5). Its loss, times the weight, is added to the main one's. Inference never computes it.
 *
 * <p>The node below does not read it, and it is never the main output, which is the last node that
 * is not auxiliary. {@link If} removes it.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface Auxiliary {
  /** The weight of its loss, above 0: 0.3 in GoogLeNet, 0.4 in Inception v3. */
  double weight();
}
