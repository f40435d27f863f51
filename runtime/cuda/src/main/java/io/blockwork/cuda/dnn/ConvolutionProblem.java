package io.blockwork.cuda.dnn;

/**
 * A convolution on tensors whose channels lie side by side.
 *
 * @param kind what is computed of what
 * @param numerics numbers
 * @param images batch
 * @param in channels of the input, as the kernel sees them
 * @param height rows of the input
 * @param width columns of the input
 * @param out channels of the output, likewise
 * @param outHeight rows of the output
 * @param outWidth columns of the output
 * @param window the kernel
 * @param groups groups of channels
 * @param inPitch values from one pixel of the input to the next
 * @param outPitch values from one pixel of the output to the next
 * @param epilogue what is done to the output at once
 */
public record ConvolutionProblem(
    Kind kind,
    Numerics numerics,
    int images,
    int in,
    int height,
    int width,
    int out,
    int outHeight,
    int outWidth,
    Window window,
    int groups,
    int inPitch,
    int outPitch,
    Epilogue epilogue) {

  /** Which of three tensors is computed. */
  public enum Kind {
    /** The output, of input and weight. */
    FORWARD,
    /** The input's gradient, of the output's and the weight. */
    BACKWARD_DATA,
    /** The weight's gradient, of input and the output's gradient. */
    BACKWARD_WEIGHTS
  }

  /** Where the kernel is laid; the padding is the same before and behind. */
  public record Window(
      int height,
      int width,
      int strideHeight,
      int strideWidth,
      int paddingHeight,
      int paddingWidth,
      int dilationHeight,
      int dilationWidth) {}

  /**
   * {@code relu(conv + residual + bias)}, each optional.
   *
   * @param residualPitch values from one pixel of the residual to the next; 0 if there is none
   */
  public record Epilogue(boolean bias, int residualPitch, boolean relu) {
    /** Nothing. */
    public static final Epilogue NONE = new Epilogue(false, 0, false);

    boolean hasResidual() {
      return residualPitch > 0;
    }
  }
}
