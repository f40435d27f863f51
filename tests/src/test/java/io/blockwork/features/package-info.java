/** Values inside networks, against those that torchvision extracts. */
@NullMarked
package io.blockwork.features;

import org.jspecify.annotations.NullMarked;
