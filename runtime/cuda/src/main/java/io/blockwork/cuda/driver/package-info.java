/**
 * CUDA's driver, NVRTC and cuDNN as Java interfaces, where their libraries are found, and what a
 * device offers: memory, streams, recorded graphs and compiled kernels. Knows nothing of networks.
 */
@NullMarked
package io.blockwork.cuda.driver;

import org.jspecify.annotations.NullMarked;
