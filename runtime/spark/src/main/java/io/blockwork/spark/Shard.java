package io.blockwork.spark;

import java.io.Serializable;
import java.util.List;

/**
 * The examples of one worker, in the order of their keys: a partition of Spark's with one element.
 *
 * @param index of the worker
 */
record Shard(int index, List<Example> examples) implements Serializable {
  Shard {
    examples = List.copyOf(examples);
  }
}
