package io.blockwork.ops;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * {@code x where x > 0, else weight * x} with a learned slope (He et al. 2015), as {@code
 * torch.nn.PReLU}. The shape stays. Parameter: {@code weight [1]} or, with one a channel, {@code
 * [C]}.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
public @interface PRelu {
  /** Whether every channel has a slope of its own (torch: {@code num_parameters = C}). */
  boolean perChannel() default false;

  /** What the slope starts as. */
  double init() default 0.25;
}
