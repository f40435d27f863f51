package io.blockwork.cuda.driver;

import io.blockwork.io.SafeText;

/** A call of CUDA, NVRTC or cuDNN that failed. */
public final class CudaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** CUDA's and cuDNN's words for memory that is not there. */
  private static final int CUDA_OUT_OF_MEMORY = 2;

  private static final int CUDNN_ALLOCATION_FAILED = 4004;

  /** cuDNN's statuses from this to that one say that it has nothing for a problem. */
  private static final int CUDNN_FIRST_REFUSAL = 2000;

  private static final int CUDNN_LAST_REFUSAL = 3999;
  private static final int CUDNN_COMPILATION_FAILED = 4001;

  private final int status;

  /**
   * A failed call.
   *
   * @param function what was called
   * @param status what it returned, not 0
   * @param text the library's own words
   */
  public CudaException(String function, int status, String text) {
    super(SafeText.format("%s failed: %s (status %d)", function, text, status));
    this.status = status;
  }

  private CudaException(String where, CudaException cause) {
    super(where + ": " + cause.getMessage(), cause);
    this.status = cause.status;
  }

  /** The same failure, told with the place where it happened. */
  public CudaException at(String where) {
    return new CudaException(where, this);
  }

  /** What the call returned. */
  public int status() {
    return status;
  }

  /** Whether the card's memory was not enough. */
  public boolean outOfMemory() {
    return status == CUDA_OUT_OF_MEMORY || status == CUDNN_ALLOCATION_FAILED;
  }

  /** Whether cuDNN has nothing that does what was asked for, rather than that something broke. */
  public boolean refusal() {
    return status >= CUDNN_FIRST_REFUSAL && status <= CUDNN_LAST_REFUSAL
        || status == CUDNN_COMPILATION_FAILED;
  }
}
