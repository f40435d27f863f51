@NullMarked
package io.blockwork.graph.text;

import org.jspecify.annotations.NullMarked;
