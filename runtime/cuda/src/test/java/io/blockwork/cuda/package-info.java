/** Tests of the engine on an emulator of CUDA and cuDNN. */
@NullMarked
package io.blockwork.cuda;

import org.jspecify.annotations.NullMarked;
