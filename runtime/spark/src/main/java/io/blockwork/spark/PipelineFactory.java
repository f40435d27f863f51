package io.blockwork.spark;

import io.blockwork.data.Pipeline;
import java.io.Serializable;

/** Makes the pipeline of transforms on an executor; serialised, where a pipeline cannot be. */
@FunctionalInterface
public interface PipelineFactory extends Serializable {
  /** A new pipeline. */
  Pipeline create();
}
