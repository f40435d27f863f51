package io.blockwork.processor;

import io.blockwork.processor.spec.Message;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;

/** The message that a test shows, where it needs more than a wrong source. */
@Retention(RetentionPolicy.RUNTIME)
@interface Shows {
  Message value();
}
