/** Where what may be seen of single people is kept. */
export const monitoringKey = ["live", "monitoring"];
