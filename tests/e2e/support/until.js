/** Asks again and again until there is an answer, for 20 seconds. */
export async function until(ask, complaint) {
  const deadline = Date.now() + 20_000
  while (Date.now() < deadline) {
    const answer = await ask()
    if (answer) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(complaint())
}
