package io.blockwork.parameters;

import io.blockwork.memory.NativeValues;
import java.util.NoSuchElementException;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The memory of a network's parameters itself, as {@link Parameters#write} lends it to optimisers
 * and engines: what is written to it changes the network. Every method throws {@link
 * IllegalStateException} on a thread that is not within such a call.
 */
public interface ParameterMemory {
  /**
   * The values of the entry, row by row.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  NativeValues values(String name);

  /**
   * The entry in its shape.
   *
   * @throws NoSuchElementException if there is none of that name
   */
  INDArray view(String name);

  /** All learnable values, in order, as one array of one dimension. */
  INDArray flat();
}
